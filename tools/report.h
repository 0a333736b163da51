/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include <stddef.h>
#include <stdio.h>

/*
 * Memory and messages of one run. Everything allocated lives until report_free: a compiler run is short, and so no
 * function needs to know who owns a string. Allocation failure ends the process: the host tool cannot do better.
 */
struct problem {
	int line;
	unsigned order;    /* in which it was found: the second sort key */
	const char *check; /* "E-..." */
	const char *text;  /* "WHAT is wrong; WHAT would be right" */
};
struct report {
	const char *file;
	struct problem *problem;
	unsigned count, room;
	struct block *blocks;
};

void *report_alloc(struct report *report, size_t size); /* zeroed */
char *report_print(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *report_copy(struct report *report, const char *text, size_t length);

/* One mistake of the description, once per line and text. The format is one sentence: what is wrong; what would be right. */
void problem(struct report *report, int line, const char *check, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* Prints `file:line: error: text [check]`, by line, then by order of finding. */
void report_show(struct report *report, FILE *out);
void report_free(struct report *report);

#endif
