/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_INSPECT_TARGET_H
#define TOOLS_INSPECT_TARGET_H

#include <stdbool.h>
#include "tools/inspect/model.h"

/*
 * The default target of a package: QEMU's q35 with the smallest of the usual sizes (256 MiB, 512 MiB, 1 GiB ... 64 GiB)
 * that it fits into. `core` is the path of the core's ELF file or NULL. Returns the size, and false if none fits: then
 * the platform is that of the largest.
 */
bool target_default(struct platform *platform, const struct config_header *config, const char *core, uint64_t *bytes);
/* Placement as the core will compute it; memory.c and this file share it. */
enum status target_place(struct platform *platform, const struct config_header *config, struct placement *placement);

#endif
