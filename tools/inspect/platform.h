/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_INSPECT_PLATFORM_H
#define TOOLS_INSPECT_PLATFORM_H

#include <stdbool.h>
#include "tools/inspect/model.h"

/*
 * The memory map of a target. Two sources:
 *   - QEMU's q35 machine with so much memory, as its firmware reports it to the boot loader;
 *   - a platform file with lines as Linux shows them in /proc/iomem (as root: copy it from the target), for example
 *         00100000-bffdffff : System RAM
 *     to which a user may add lines whose text is "Core" and "Package" (where the boot loader puts them); a line with
 *     any other text inside RAM is reserved. '#' starts a comment. Sub-ranges (indented lines) of RAM are ignored:
 *     they are Linux's own.
 */
void platform_q35(struct platform *platform, uint64_t bytes);
/* False, with a message on standard error, if the file cannot be read or holds no RAM. `core`: ELF file or NULL. */
bool platform_read(struct platform *platform, const char *path, const char *core);
/* From text; *line is the first wrong line or 0. */
bool platform_parse(struct platform *platform, const char *text, unsigned *line);
/* Where the core lies: from the program headers of an ELF file; false leaves the assumption of platform_q35. */
bool platform_core(struct platform *platform, const char *elf_path);
/* "64M", "1G", "4096": bytes; 0 if it is not a size. */
uint64_t platform_size(const char *text);

#endif
