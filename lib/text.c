/* SPDX-License-Identifier: ISC */
#include "lib/text.h"

/* Looking at text. Making it is lib/text_format.c, which the core does not link. */

size_t text_length(const char *text, size_t bound)
{
	size_t length = 0;

	while (length < bound && text[length])
		length++;
	return length;
}

bool text_equal(const char *left, const char *right)
{
	while (*left && *left == *right)
		left++, right++;
	return *left == *right;
}

bool text_begins(const char *text, const char *prefix)
{
	while (*prefix && *text == *prefix)
		text++, prefix++;
	return !*prefix;
}
