/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include "lib/config.h"
#include "tools/rules/rules.h"
#include "tests/unit/compiler_files.h"
#include "tools/compiler.h"
#include "tools/image.h"

/*
 * The compiler on arbitrary text. What it accepts, the core accepts; what it refuses, it says why; and the expanded
 * form of what it accepts gives the same package.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void start(struct compiler *compiler, struct compiler_files *files, const char *text, size_t size)
{
	*compiler = (struct compiler){.report.file = "input.xml"};
	*files = (struct compiler_files){0};
	compiler_files_open(files, compiler);
	compile(compiler, text, size);
}

static void check_expanded(struct compiler *first)
{
	static struct compiler_files files;
	struct compiler second;
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	document_explain(first, stream);
	fclose(stream);
	start(&second, &files, text, size);
	if (second.report.count || second.image->package_size != first->image->package_size)
		abort();
	/* the same files lie at the same addresses, so that payloads are found equal in the same way */
	if (memcmp(second.image->package, first->image->package, first->image->package_size))
		abort();
	compiler_free(&second);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct compiler_files files;
	struct compiler compiler;
	struct config_problem problem;

	start(&compiler, &files, (const char *)data, size);
	if (!compiler.report.count) {
		if (rules_check(compiler.image->package, compiler.image->package_size, &problem) != OK)
			abort();
		check_expanded(&compiler);
	}
	for (unsigned i = 0; i < compiler.report.count; i++)
		if (!strcmp(compiler.report.problem[i].check, "E-config"))
			abort();
	compiler_free(&compiler);
	return 0;
}
