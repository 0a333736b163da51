/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_FILE_H
#define TOOLS_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include "tools/compiler.h"

/* A file that the description names, looked for in the -I folders; read once, however often it is named. */
struct file {
	struct file *next;
	const char *name, *path;
	const uint8_t *bytes;
	uint64_t size;
};
/* NULL after E-file-... has been reported for `line`. A name with a '/' at its start is taken as it is. */
const struct file *file_get(struct compiler *compiler, const char *name, int line);

/* The ELF64 files of apps and layers: what is loaded where. */
struct elf_segment {
	uint64_t gpa, memory_size, file_offset, file_size;
	uint32_t rights; /* MAP_* */
};
#define ELF_SEGMENTS 8u
struct elf {
	uint64_t entry;
	struct elf_segment segment[ELF_SEGMENTS]; /* by ascending address, on pages of their own */
	unsigned count;
};
/* `limit`: first address beyond the subject's memory. Reports E-elf-... */
bool elf_read(struct compiler *compiler, const struct file *file, uint64_t limit, int line, struct elf *elf);
/* Is this a kernel that can be started in this way? Reports E-kernel-... */
void kernel_check(struct compiler *compiler, const struct file *file, unsigned boot, int line);

#endif
