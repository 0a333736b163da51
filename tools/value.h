/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_VALUE_H
#define TOOLS_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include "tools/report.h"

/* How values are written in a description. Pure functions of text. */
enum value_status { VALUE_OK, VALUE_NUMBER, VALUE_UNIT, VALUE_RANGE };

enum value_status value_number(const char *text, uint64_t *out);     /* 12, 0x3f8 */
enum value_status value_size(const char *text, uint64_t *out);       /* 4096, 64K, 256M, 1G: bytes */
enum value_status value_duration(const char *text, uint64_t *out);   /* 250us, 10ms, 60s: microseconds */
bool value_range(const char *text, uint64_t *first, uint64_t *last); /* 0x3f8-0x3ff, or one number */

#define WORDS_MAX 128u
struct words {
	unsigned count;
	const char *word[WORDS_MAX];
};
/* Splits at white space and commas; words beyond WORDS_MAX are dropped. */
struct words value_words(struct report *report, const char *text);
bool words_have(const struct words *words, const char *word);

#endif
