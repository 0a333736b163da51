/* SPDX-License-Identifier: ISC */
/*
 * `bulkhead new`: a user's own project, outside the tree. It refers to the tree by one variable of its Makefile and
 * copies nothing out of it, so that it follows the tree it is pointed to.
 */
#include "tools/new.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "tools/beside.h"
#include "tools/command.h"

static const char usage[] = "usage: bulkhead new app NAME | bulkhead new system NAME\n"
                            "Makes a directory NAME with a project that builds against this Bulkhead tree:\n"
                            "  app     one bare-metal application with its unit test and a description to boot it\n"
                            "  system  a description with two applications and a channel, to grow from\n";
#define NAME_MAX_LENGTH 20 /* leaves room in names of regions for what the compiler adds */

struct project {
	const char *name, *tree;
};

static bool good_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz", others[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t length = strlen(name);
	return length && length <= NAME_MAX_LENGTH && strchr(letters, name[0]) && name[strspn(name, others)] == 0 &&
	       name[length - 1] != '-';
}

static const char *replacement(const struct project *project, const char *at, size_t *length)
{
	static const char name[] = "@NAME@", tree[] = "@BULKHEAD@", head[] = "@HEAD@", tail[] = "@TAIL@";
	const struct {
		const char *mark, *value;
	} marks[] = {
	        {name, project->name}, {tree, project->tree}, {head, new_makefile_head}, {tail, new_makefile_tail}};
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		*length = strlen(marks[i].mark);
		if (!strncmp(at, marks[i].mark, *length))
			return marks[i].value;
	}
	return NULL;
}

/* The Makefile's parts are marks themselves and hold marks: one level of nesting, and no more. */
static void put_text(const struct project *project, const char *text, FILE *file, bool nested)
{
	size_t length;
	while (*text) {
		const char *value = *text == '@' ? replacement(project, text, &length) : NULL;
		if (!value) {
			fputc(*text++, file);
			continue;
		}
		text += length;
		if (nested)
			fputs(value, file);
		else
			put_text(project, value, file, true);
	}
}

static bool put_path(const struct project *project, const char *pattern, char path[256])
{
	FILE *file = fmemopen(path, 256, "w");
	if (!file)
		return false;
	fprintf(file, "%s/", project->name);
	put_text(project, pattern, file, true);
	return !fclose(file);
}

/* The folders on the way to a file; the project's own must be new. */
static bool make_folders(char *path)
{
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		bool good = !mkdir(path, 0777) || errno == EEXIST;
		*slash = '/';
		if (!good)
			return false;
	}
	return true;
}

static bool write_file(const struct project *project, const struct new_file *new_file)
{
	char path[256];
	FILE *file = NULL;
	bool good = put_path(project, new_file->path, path) && make_folders(path) && (file = fopen(path, "w"));
	if (good)
		put_text(project, new_file->text, file, false);
	if (file)
		good = fclose(file) == 0 && good;
	if (good)
		printf("  %s\n", path);
	else
		fprintf(stderr, "bulkhead new: cannot write %s: %s\n", path, strerror(errno));
	return good;
}

static bool write_all(const struct project *project, const struct new_file *files)
{
	if (mkdir(project->name, 0777)) {
		fprintf(stderr, "bulkhead new: %s: %s\n", project->name, strerror(errno));
		return false;
	}
	for (; files->path; files++)
		if (!write_file(project, files))
			return false;
	return true;
}

int command_new(int argc, char **argv)
{
	const struct new_file *files = NULL;
	char tree[BESIDE_PATH];
	if (argc == 3 && !strcmp(argv[1], "app"))
		files = new_app_files;
	if (argc == 3 && !strcmp(argv[1], "system"))
		files = new_system_files;
	if (!files) {
		fputs(usage, stderr);
		return 2;
	}
	if (!good_name(argv[2])) {
		fprintf(stderr,
		        "bulkhead new: \"%s\": a name is 1 to %d lower-case letters, digits and '-', a letter first, "
		        "no '-' last\n",
		        argv[2], NAME_MAX_LENGTH);
		return 2;
	}
	if (!beside_tree(tree)) {
		fprintf(stderr, "bulkhead new: this program does not lie in a Bulkhead tree (its build/ directory)\n");
		return 1;
	}
	if (!write_all(&(struct project){argv[2], tree}, files))
		return 1;
	printf("Next: cd %s && make test && make run\n", argv[2]);
	return 0;
}
