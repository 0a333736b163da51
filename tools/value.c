/* SPDX-License-Identifier: ISC */
/* Numbers carry their unit in the description (64K, 10ms): a bare number where a unit matters is refused by the caller. */
#include <stdlib.h>
#include <string.h>
#include "tools/value.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static enum value_status digits(const char *text, uint64_t *out, const char **end)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *at = hex ? text + 2 : text;
	uint64_t value = 0;
	const char *first = at;
	for (;; at++) {
		unsigned digit;
		if (*at >= '0' && *at <= '9')
			digit = (unsigned)(*at - '0');
		else if (hex && *at >= 'a' && *at <= 'f')
			digit = (unsigned)(*at - 'a') + 10;
		else if (hex && *at >= 'A' && *at <= 'F')
			digit = (unsigned)(*at - 'A') + 10;
		else
			break;
		if (__builtin_mul_overflow(value, hex ? 16u : 10u, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return VALUE_RANGE;
	}
	*out = value;
	*end = at;
	return at == first ? VALUE_NUMBER : VALUE_OK;
}

static enum value_status scaled(const char *text, const struct unit *units, uint64_t *out)
{
	const char *end;
	uint64_t value;
	enum value_status status = digits(text, &value, &end);
	if (status != VALUE_OK)
		return status;
	for (const struct unit *unit = units; unit->name; unit++)
		if (!strcmp(end, unit->name))
			return __builtin_mul_overflow(value, unit->factor, out) ? VALUE_RANGE : VALUE_OK;
	return VALUE_UNIT;
}

enum value_status value_number(const char *text, uint64_t *out)
{
	static const struct unit units[] = {{"", 1}, {NULL, 0}};
	enum value_status status = scaled(text, units, out);
	return status == VALUE_UNIT ? VALUE_NUMBER : status;
}

enum value_status value_size(const char *text, uint64_t *out)
{
	static const struct unit units[] = {{"", 1}, {"K", 1u << 10}, {"M", 1u << 20}, {"G", 1u << 30}, {NULL, 0}};
	return scaled(text, units, out);
}

enum value_status value_duration(const char *text, uint64_t *out)
{
	static const struct unit units[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {NULL, 0}};
	return scaled(text, units, out);
}

bool value_range(const char *text, uint64_t *first, uint64_t *last)
{
	const char *end;
	if (digits(text, first, &end) != VALUE_OK)
		return false;
	*last = *first;
	if (*end == '\0')
		return true;
	return *end == '-' && digits(end + 1, last, &end) == VALUE_OK && *end == '\0' && *last >= *first;
}

struct words value_words(struct report *report, const char *text)
{
	static const char separators[] = " \t\r\n,";
	struct words words = {0};
	for (const char *at = text + strspn(text, separators); *at; at += strspn(at, separators)) {
		size_t length = strcspn(at, separators);
		if (words.count < WORDS_MAX)
			words.word[words.count++] = report_copy(report, at, length);
		at += length;
	}
	return words;
}

bool words_have(const struct words *words, const char *word)
{
	for (unsigned i = 0; i < words->count; i++)
		if (!strcmp(words->word[i], word))
			return true;
	return false;
}
