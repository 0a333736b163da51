/* SPDX-License-Identifier: ISC */
/* Payload files. The package must not depend on where they lie: only their bytes go in, never paths or times. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools/file.h"

#define FILE_MAX (UINT64_C(1) << 30)

static const struct file *read_file(struct compiler *compiler, struct file *file, int line)
{
	struct stat found;
	/* asked before opening: a pipe would wait for its writer */
	if (stat(file->path, &found) || !S_ISREG(found.st_mode)) {
		problem(&compiler->report, line, "E-file-kind", "\"%s\" is not a regular file; name one", file->name);
		return NULL;
	}
	file->size = (uint64_t)found.st_size;
	if (file->size == 0) {
		problem(&compiler->report, line, "E-file-empty", "\"%s\" is empty; build it first", file->name);
		return NULL;
	}
	if (file->size > FILE_MAX) {
		problem(&compiler->report, line, "E-file-large", "\"%s\" has more than 1 GiB; use a smaller one",
		        file->name);
		return NULL;
	}
	uint8_t *bytes = report_alloc(&compiler->report, file->size);
	FILE *stream = fopen(file->path, "rb");
	uint64_t got = stream ? fread(bytes, 1, file->size, stream) : 0;
	if (stream)
		fclose(stream);
	if (got != file->size) {
		problem(&compiler->report, line, "E-file-read", "\"%s\" cannot be read to its end; try again",
		        file->name);
		return NULL;
	}
	file->bytes = bytes;
	file->next = compiler->files;
	compiler->files = file;
	return file;
}

static bool find_file(struct compiler *compiler, struct file *file)
{
	file->path = file->name;
	if (file->name[0] == '/')
		return !access(file->path, F_OK);
	for (unsigned i = 0; i < compiler->include_count; i++) {
		file->path = report_print(&compiler->report, "%s/%s", compiler->include[i], file->name);
		if (!access(file->path, F_OK))
			return true;
	}
	return false;
}

const struct file *file_get(struct compiler *compiler, const char *name, int line)
{
	for (const struct file *file = compiler->files; file; file = file->next)
		if (!strcmp(file->name, name))
			return file;
	struct file *file = report_alloc(&compiler->report, sizeof(*file));
	file->name = name;
	if (!find_file(compiler, file)) {
		const char *where = "";
		for (unsigned i = 0; i < compiler->include_count; i++)
			where = report_print(&compiler->report, "%s%s%s", where, i ? ", " : "", compiler->include[i]);
		problem(&compiler->report, line, "E-file-missing",
		        "there is no file \"%s\" in: %s; build it, or name its folder with -I", name, where);
		return NULL;
	}
	return read_file(compiler, file, line);
}
