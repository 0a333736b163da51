/* SPDX-License-Identifier: ISC */
/* `bulkhead check` and `bulkhead build`: the compiler with files around it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/command.h"
#include "tools/compiler.h"
#include "tools/image.h"
#include "tools/inspect/platform.h"
#include "tools/value.h"

struct options {
	const char *file, *output;
	bool explain;
	struct compiler compiler;
	struct platform platform;
};

static int wrong(const char *what)
{
	fprintf(stderr, "bulkhead: %s\n", what);
	return 2;
}

/* -X VALUE or -XVALUE; NULL if this is not that option */
static const char *option_value(int argc, char **argv, int *at, const char *name)
{
	size_t length = strlen(name);
	if (strncmp(argv[*at], name, length))
		return NULL;
	if (argv[*at][length])
		return name[1] == '-' ? NULL : argv[*at] + length;
	return *at + 1 < argc ? argv[++*at] : NULL;
}

static int parse_option(struct options *options, int argc, char **argv, int *at)
{
	const char *value;
	if (!strcmp(argv[*at], "--explain")) {
		options->explain = true;
	} else if ((value = option_value(argc, argv, at, "-o"))) {
		options->output = value;
	} else if ((value = option_value(argc, argv, at, "-I"))) {
		if (options->compiler.include_count == COMPILER_INCLUDES)
			return wrong("too many -I");
		options->compiler.include[options->compiler.include_count++] = value;
	} else if ((value = option_value(argc, argv, at, "--memory"))) {
		if (value_size(value, &options->compiler.memory) != VALUE_OK)
			return wrong("--memory takes a size such as 512M");
	} else if ((value = option_value(argc, argv, at, "--platform"))) {
		if (!platform_read(&options->platform, value, NULL))
			return 2;
		options->compiler.platform = &options->platform;
	} else if (argv[*at][0] == '-' || options->file) {
		fprintf(stderr, "bulkhead: \"%s\" is not expected here\n", argv[*at]);
		return 2;
	} else {
		options->file = argv[*at];
	}
	return 0;
}

static int parse_options(struct options *options, int argc, char **argv)
{
	/* the first place is the description's own folder, known only at the end */
	options->compiler.include_count = 1;
	for (int at = 1; at < argc; at++)
		if (parse_option(options, argc, argv, &at))
			return 2;
	if (!options->file)
		return wrong("no description is given");
	const char *slash = strrchr(options->file, '/');
	options->compiler.report.file = options->file;
	options->compiler.include[0] =
	        slash ? report_copy(&options->compiler.report, options->file, (size_t)(slash - options->file)) : ".";
	if (slash == options->file)
		options->compiler.include[0] = "/";
	return 0;
}

static char *read_text(struct report *report, const char *path, size_t *size)
{
	FILE *stream = fopen(path, "rb");
	char *text = NULL;
	*size = 0;
	for (size_t room = 65536; stream && room <= 32u << 20; room *= 2) {
		char *larger = report_alloc(report, room);
		if (text)
			memcpy(larger, text, *size);
		text = larger;
		*size += fread(text + *size, 1, room - *size, stream);
		if (*size < room)
			break;
	}
	if (stream)
		fclose(stream);
	return text;
}

static int run(struct options *options)
{
	size_t size;
	char *text = read_text(&options->compiler.report, options->file, &size);
	if (!text) {
		fprintf(stderr, "%s:1: error: the description cannot be read; name an XML file\n", options->file);
		return 1;
	}
	compile(&options->compiler, text, size);
	report_show(&options->compiler.report, stderr);
	return options->compiler.report.count ? 1 : 0;
}

/* Written beside its place and renamed: a failed run leaves no half package behind. */
static int write_package(const struct options *options)
{
	const struct image *image = options->compiler.image;
	struct report scratch = {0};
	const char *temporary = report_print(&scratch, "%s.part", options->output);
	FILE *out = fopen(temporary, "wb");
	bool good = out && fwrite(image->package, 1, image->package_size, out) == image->package_size;
	good = out && !fclose(out) && good;
	good = good && !rename(temporary, options->output);
	if (!good) {
		fprintf(stderr, "bulkhead: %s cannot be written\n", options->output);
		unlink(temporary);
	}
	report_free(&scratch);
	return good ? 0 : 1;
}

int command_check(int argc, char **argv)
{
	static struct options options;
	int result = parse_options(&options, argc, argv);
	if (!result && options.output)
		result = wrong("check writes no package: use build");
	if (!result)
		result = run(&options);
	if (!result && options.explain)
		document_explain(&options.compiler, stdout);
	compiler_free(&options.compiler);
	return result;
}

int command_build(int argc, char **argv)
{
	static struct options options;
	int result = parse_options(&options, argc, argv);
	if (!result && (!options.output || options.explain))
		result = wrong("build needs -o OUT.img, and --explain is for check");
	if (!result)
		result = run(&options);
	if (!result)
		result = write_package(&options);
	compiler_free(&options.compiler);
	return result;
}
