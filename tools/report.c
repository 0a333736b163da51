/* SPDX-License-Identifier: ISC */
/* Messages are collected, not printed at once: so that all of them come out, sorted by line, and tests can read them. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "tools/report.h"

struct block {
	struct block *next;
	max_align_t data[];
};

void *report_alloc(struct report *report, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);
	if (!block) {
		fputs("bulkhead: out of memory\n", stderr);
		exit(2);
	}
	block->next = report->blocks;
	report->blocks = block;
	return block->data;
}

char *report_copy(struct report *report, const char *text, size_t length)
{
	char *copy = report_alloc(report, length + 1);
	memcpy(copy, text, length);
	return copy;
}

static char *print(struct report *report, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	size_t size = length < 0 ? 0 : (size_t)length;
	char *text = report_alloc(report, size + 1);
	vsnprintf(text, size + 1, format, again);
	va_end(again);
	return text;
}

char *report_print(struct report *report, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = print(report, format, arguments);
	va_end(arguments);
	return text;
}

void problem(struct report *report, int line, const char *check, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = print(report, format, arguments);
	va_end(arguments);
	for (unsigned i = 0; i < report->count; i++)
		if (report->problem[i].line == line && !strcmp(report->problem[i].text, text))
			return;
	if (report->count == report->room) {
		unsigned room = report->room ? report->room * 2 : 16;
		struct problem *larger = report_alloc(report, room * sizeof(*larger));
		if (report->count)
			memcpy(larger, report->problem, report->count * sizeof(*larger));
		report->problem = larger;
		report->room = room;
	}
	report->problem[report->count] = (struct problem){line, report->count, check, text};
	report->count++;
}

static int by_line(const void *left, const void *right)
{
	const struct problem *a = left, *b = right;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

void report_show(struct report *report, FILE *out)
{
	if (report->count)
		qsort(report->problem, report->count, sizeof(*report->problem), by_line);
	for (unsigned i = 0; i < report->count; i++)
		fprintf(out, "%s:%d: error: %s [%s]\n", report->file, report->problem[i].line, report->problem[i].text,
		        report->problem[i].check);
}

void report_free(struct report *report)
{
	while (report->blocks) {
		struct block *next = report->blocks->next;
		free(report->blocks);
		report->blocks = next;
	}
	*report = (struct report){0};
}
