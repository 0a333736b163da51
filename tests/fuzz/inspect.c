/* SPDX-License-Identifier: ISC */
/*
 * `inspect` as a function of bytes: whatever the checker lets through must print in all three forms without a crash, and
 * the JSON and HTML must stay balanced. The first two bytes choose the memory of the target.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/inspect/package.h"
#include "tools/inspect/platform.h"
#include "tools/inspect/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print(const struct model *model, void (*report)(const struct model *, FILE *))
{
	FILE *nowhere = fopen("/dev/null", "w");
	if (!nowhere)
		abort();
	report(model, nowhere);
	fclose(nowhere);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model model;
	char problem[PACKAGE_PROBLEM];
	struct platform platform;
	if (size < 2)
		return 0;
	uint8_t *bytes = malloc(size - 2 + 1); /* its own block: aligned, and a read beyond it is seen */
	if (!bytes)
		abort();
	memcpy(bytes, data + 2, size - 2);
	platform_q35(&platform, (uint64_t)(data[0] * 256 + data[1] + 4) << 20);
	if (package_check(bytes, size - 2, problem)) {
		model_build(&model, bytes, size - 2, &platform);
		print(&model, report_text);
		print(&model, report_json);
		print(&model, report_html);
		model_free(&model);
	} else if (!problem[0]) {
		abort(); /* a refusal says why */
	}
	free(bytes);
	return 0;
}
