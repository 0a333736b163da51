/* SPDX-License-Identifier: ISC */
#include "lib/text.h"
#include "lib/bytes.h"

/* Numbers are made from their last digit backwards in a buffer that holds the longest one, then copied with the bound. */

void text_copy(char *to, size_t size, const char *from)
{
	const size_t length = text_length(from, size - 1);

	memcpy(to, from, length);
	to[length] = 0;
}

static size_t number(char *to, size_t size, uint64_t value, unsigned base, unsigned digits)
{
	char buffer[TEXT_NUMBER_BYTES];
	unsigned at = sizeof(buffer) - 1;

	buffer[at] = 0;
	if (digits > at)
		digits = at;
	do {
		buffer[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (sizeof(buffer) - 1 - at < digits)
		buffer[--at] = '0';
	text_copy(to, size, buffer + at);
	return text_length(to, size);
}

size_t text_decimal(char *to, size_t size, uint64_t value, unsigned digits)
{
	return number(to, size, value, 10, digits);
}

size_t text_hex(char *to, size_t size, uint64_t value, unsigned digits)
{
	return number(to, size, value, 16, digits);
}

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

bool text_number(const char *text, uint64_t *value)
{
	const unsigned base = text_begins(text, "0x") ? 16 : 10;
	uint64_t sum = 0;

	if (base == 16)
		text += 2;
	if (!*text)
		return false;
	for (; *text; text++) {
		const unsigned digit = digit_value(*text);
		if (digit >= base || __builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	*value = sum;
	return true;
}

void text_start(struct text *text, char *buffer, size_t size)
{
	*text = (struct text){buffer, size, 0};
	buffer[0] = 0;
}

void text_add(struct text *text, const char *piece)
{
	text_copy(text->at + text->used, text->size - text->used, piece);
	text->used += text_length(text->at + text->used, text->size - text->used);
}

void text_add_decimal(struct text *text, uint64_t value)
{
	text->used += text_decimal(text->at + text->used, text->size - text->used, value, 1);
}

void text_add_hex(struct text *text, uint64_t value, unsigned digits)
{
	text->used += text_hex(text->at + text->used, text->size - text->used, value, digits);
}

void text_pad(struct text *text, size_t column)
{
	while (text->used < column && text->used + 1 < text->size)
		text_add(text, " ");
}
