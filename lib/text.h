/* SPDX-License-Identifier: ISC */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strings with bounds: every result is NUL-terminated, too long is cut, nothing is read beyond the stated bound. */

/* Bytes before the NUL, at most `bound`. */
size_t text_length(const char *text, size_t bound);
bool text_equal(const char *left, const char *right);
/* Does text begin with prefix? */
bool text_begins(const char *text, const char *prefix);
/* Copies into `size` bytes (size > 0), reading at most `size` - 1 of `from`. */
void text_copy(char *to, size_t size, const char *from);

/* Writes the number and a NUL into `size` bytes (size > 0); at least `digits` digits. Returns the length. */
#define TEXT_NUMBER_BYTES 21 /* enough for any of them */
size_t text_decimal(char *to, size_t size, uint64_t value, unsigned digits);
size_t text_hex(char *to, size_t size, uint64_t value, unsigned digits);

/*
 * Parses the whole of `text` as a decimal number or, after 0x, a hexadecimal one. False, and *value untouched, for
 * anything else: empty, sign, space, stray characters, more than 64 bits.
 */
bool text_number(const char *text, uint64_t *value);

/* A line that is put together piece by piece. */
struct text {
	char *at; /* always NUL-terminated */
	size_t size, used;
};
void text_start(struct text *text, char *buffer, size_t size); /* size > 0 */
void text_add(struct text *text, const char *piece);
void text_add_decimal(struct text *text, uint64_t value);
void text_add_hex(struct text *text, uint64_t value, unsigned digits);
void text_pad(struct text *text, size_t column); /* with spaces up to that length */

#endif
