/* SPDX-License-Identifier: ISC */
/* `bulkhead inspect`: options, then read, check, model, print. The work is in tools/inspect/. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/beside.h"
#include "tools/command.h"
#include "tools/inspect/package.h"
#include "tools/inspect/platform.h"
#include "tools/inspect/report.h"
#include "tools/inspect/target.h"

static const char usage[] =
        "usage: bulkhead inspect IMAGE [--json | --html FILE | --prove] [--memory SIZE | --platform FILE] [--core "
        "ELF]\n"
        "Reads the binary configuration of a package back and reports what the core will do.\n"
        "  --json           the report as JSON\n"
        "  --html FILE      the report as one self-contained page (- is standard output)\n"
        "  --prove          only the proof: the tables built and walked back equal the mappings; exit status 1 if not\n"
        "  --memory SIZE    the target is QEMU's q35 with so much memory (64M, 1G; default: the smallest that fits)\n"
        "  --platform FILE  the target's memory map: lines of /proc/iomem\n"
        "  --core ELF       where the core lies (default: core.elf beside this program)\n";

struct options {
	const char *image, *html, *memory, *platform, *core;
	bool json, prove;
};

static bool parse(struct options *options, int argc, char **argv)
{
	const struct {
		const char *name;
		const char **value;
		bool *flag;
	} table[] = {{"--json", NULL, &options->json},         {"--prove", NULL, &options->prove},
	             {"--html", &options->html, NULL},         {"--memory", &options->memory, NULL},
	             {"--platform", &options->platform, NULL}, {"--core", &options->core, NULL}};
	for (int i = 1; i < argc; i++) {
		size_t option = 0;
		while (option < sizeof(table) / sizeof(table[0]) && strcmp(argv[i], table[option].name))
			option++;
		if (option == sizeof(table) / sizeof(table[0])) {
			if (argv[i][0] == '-' || options->image)
				return false;
			options->image = argv[i];
		} else if (table[option].flag)
			*table[option].flag = true;
		else if (++i == argc)
			return false;
		else
			*table[option].value = argv[i];
	}
	return options->image && options->json + options->prove + (options->html != NULL) <= 1 &&
	       !(options->memory && options->platform);
}

/* The core's ELF file: the one stated, else the one beside this program, else NULL. */
static const char *core_path(const struct options *options, char path[BESIDE_PATH])
{
	if (options->core)
		return options->core;
	return beside(path, "core.elf") ? path : NULL;
}

static bool find_target(struct platform *platform, const struct options *options, const void *config)
{
	char path[BESIDE_PATH];
	const char *core = core_path(options, path);
	uint64_t memory = 0;
	if (options->platform)
		return platform_read(platform, options->platform, core);
	if (!options->memory) {
		target_default(platform, config, core, &memory);
		return true;
	}
	memory = platform_size(options->memory);
	if (memory < 2 << 20) {
		fprintf(stderr, "bulkhead inspect: --memory %s: not a size of at least 2M\n", options->memory);
		return false;
	}
	platform_q35(platform, memory);
	if (core)
		platform_core(platform, core);
	return true;
}

static bool print(const struct model *model, const struct options *options)
{
	FILE *file = stdout;
	if (options->html && strcmp(options->html, "-") && !(file = fopen(options->html, "w"))) {
		fprintf(stderr, "%s: %s\n", options->html, strerror(errno));
		return false;
	}
	if (options->html)
		report_html(model, file);
	else if (options->json)
		report_json(model, file);
	else if (options->prove)
		report_proof(model, file);
	else
		report_text(model, file);
	bool good = !fflush(file) && !ferror(file);
	if (file != stdout)
		good &= !fclose(file);
	if (!good)
		fprintf(stderr, "bulkhead inspect: cannot write the report: %s\n", strerror(errno));
	return good;
}

int command_inspect(int argc, char **argv)
{
	struct options options = {0};
	char problem[PACKAGE_PROBLEM];
	size_t size = 0;
	if (!parse(&options, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	uint8_t *bytes = package_read(options.image, &size);
	struct model *model = calloc(1, sizeof(*model));
	struct platform platform;
	bool good = bytes && model;
	if (good && !(good = package_check(bytes, size, problem)))
		fprintf(stderr, "%s: %s\n", options.image, problem);
	if (good && (good = find_target(&platform, &options, bytes))) {
		model_build(model, bytes, size, &platform);
		good = print(model, &options) && (!options.prove || report_sound(model));
		model_free(model);
	}
	free(model);
	free(bytes);
	return good ? 0 : 1;
}
