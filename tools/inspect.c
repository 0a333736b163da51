/* SPDX-License-Identifier: ISC */
/* `bulkhead inspect`: options, then read, check, model, print. The work is in tools/inspect/. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/beside.h"
#include "tools/command.h"
#include "tools/inspect/model.h"
#include "tools/inspect/package.h"
#include "tools/inspect/platform.h"
#include "tools/inspect/report.h"

static const char usage[] =
        "usage: bulkhead inspect IMAGE [--json | --html FILE | --prove] [--memory SIZE | --platform FILE] [--core "
        "ELF]\n"
        "Reads the binary configuration of a package back and reports what the core will do.\n"
        "  --json           the report as JSON\n"
        "  --html FILE      the report as one self-contained page (- is standard output)\n"
        "  --prove          only the proof: the tables built and walked back equal the mappings; exit status 1 if not\n"
        "  --memory SIZE    the target is QEMU's q35 with so much memory (64M, 1G; default: the smallest that fits)\n"
        "  --platform FILE  the target's memory map: lines of /proc/iomem\n"
        "  --core ELF       where the core lies (default: core-amd.elf beside this program)\n";

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

static void place_core(const struct options *options, struct platform *platform)
{
	char path[BESIDE_PATH];
	if (options->core)
		snprintf(path, sizeof(path), "%s", options->core);
	else if (!beside(path, "core-amd.elf"))
		return;
	platform_core(platform, path);
}

/* Without a stated target: the smallest of the usual sizes that the system fits into. */
static void model_on_default(struct model *model, const struct options *options, const uint8_t *bytes, size_t size)
{
	for (uint64_t mib = 256; mib <= 65536; mib *= 2) {
		struct platform platform;
		platform_q35(&platform, mib << 20);
		place_core(options, &platform);
		model_build(model, bytes, size, &platform);
		if (model->placed || mib == 65536)
			return;
		model_free(model);
	}
}

static bool build(struct model *model, const struct options *options, const uint8_t *bytes, size_t size)
{
	struct platform platform;
	uint64_t memory = options->memory ? platform_size(options->memory) : 0;
	if (options->platform) {
		if (!platform_read(&platform, options->platform))
			return false;
	} else if (options->memory) {
		if (memory < 2 << 20) {
			fprintf(stderr, "bulkhead inspect: --memory %s: not a size of at least 2M\n", options->memory);
			return false;
		}
		platform_q35(&platform, memory);
	} else {
		model_on_default(model, options, bytes, size);
		return true;
	}
	if (!options->platform || platform.core == 2 << 20)
		place_core(options, &platform);
	model_build(model, bytes, size, &platform);
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
	if (!bytes)
		return 1;
	struct model *model = calloc(1, sizeof(*model));
	bool good = model != NULL && package_check(bytes, size, problem);
	if (!good)
		fprintf(stderr, "%s: %s\n", options.image, model ? problem : "too little memory");
	else if ((good = build(model, &options, bytes, size))) {
		good = print(model, &options) && (!options.prove || report_sound(model));
		model_free(model);
	}
	free(model);
	free(bytes);
	return good ? 0 : 1;
}
