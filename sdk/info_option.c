/* SPDX-License-Identifier: ISC */
#include "lib/text.h"
#include "sdk/info.h"

/* The options string is words separated by blanks; a word is an option if it begins with the key and a '='. */
static const char *find_value(const char *key)
{
	const char *text = info_get()->options, *end = text + INFO_OPTIONS_BYTES - 1;

	while (text < end && *text) {
		const char *k = key;
		while (*text == ' ' && text < end)
			text++;
		while (*k && *k == *text) {
			k++;
			text++;
		}
		if (!*k && *text == '=')
			return text + 1;
		while (*text && *text != ' ' && text < end)
			text++;
	}
	return 0;
}

bool info_option(const char *key, char *value, size_t size)
{
	const char *found = find_value(key), *end = info_get()->options + INFO_OPTIONS_BYTES;
	size_t length = 0;

	if (!found || !size)
		return false;
	while (found + length < end && found[length] && found[length] != ' ')
		length++;
	if (length >= size)
		return false;
	for (size_t i = 0; i < length; i++)
		value[i] = found[i];
	value[length] = 0;
	return true;
}

/* Decimal digits; *rest is what follows them. False if there are none or the number does not fit. */
static bool parse_number(const char *text, uint64_t *number, const char **rest)
{
	uint64_t value = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
			return false;
	*number = value;
	*rest = text;
	return true;
}

uint64_t info_option_number(const char *key, uint64_t fallback)
{
	char text[24];
	const char *rest;
	uint64_t number;

	if (!info_option(key, text, sizeof(text)) || !parse_number(text, &number, &rest) || *rest)
		return fallback;
	return number;
}

uint64_t info_option_time(const char *key, uint64_t fallback_ns)
{
	static const struct {
		char unit[4];
		uint64_t ns;
	} units[] = {{"", 1000000000}, {"s", 1000000000}, {"ms", 1000000}, {"us", 1000}};
	char text[24];
	const char *rest;
	uint64_t number;

	if (!info_option(key, text, sizeof(text)) || !parse_number(text, &number, &rest))
		return fallback_ns;
	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text_equal(rest, units[i].unit) && !__builtin_mul_overflow(number, units[i].ns, &number))
			return number;
	return fallback_ns;
}
