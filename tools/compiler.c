/* SPDX-License-Identifier: ISC */
/* The stages in order. A stage may rely on everything the stages before it have checked. */
#include "tools/compiler.h"

void compile(struct compiler *compiler, const char *text, size_t size)
{
	if (!document_read(compiler, text, size))
		return;
	expand(compiler);
	if (compiler->report.count)
		return;
	parse(compiler);
	check(compiler);
	if (compiler->report.count)
		return;
	layout(compiler);
	if (compiler->report.count)
		return;
	prove(compiler);
}

void compiler_free(struct compiler *compiler)
{
	if (compiler->document)
		xmlFreeDoc(compiler->document);
	report_free(&compiler->report);
}
