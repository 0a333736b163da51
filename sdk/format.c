/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdint.h>
#include "sdk/format.h"

/*
 * One pass over the format; every character goes through put(), which alone knows the end of the buffer. A directive
 * is parsed into a struct spec, turned into (text, length, sign) and padded in one place.
 */
struct output {
	char *at;
	size_t used, size;
};
struct spec {
	bool left, zero;
	unsigned width, precision, longs;
	char kind;
};
#define NO_PRECISION (~0u)
#define DIGITS 20 /* of 2^64 - 1 */

static void put(struct output *out, char c)
{
	if (out->used + 1 < out->size)
		out->at[out->used++] = c;
}

static void put_padded(struct output *out, const struct spec *spec, const char *sign, const char *text, size_t length)
{
	size_t total = length + (*sign ? 1 : 0), padding = spec->width > total ? spec->width - total : 0;

	if (!spec->left && !spec->zero)
		for (size_t i = 0; i < padding; i++)
			put(out, ' ');
	if (*sign)
		put(out, *sign);
	if (!spec->left && spec->zero)
		for (size_t i = 0; i < padding; i++)
			put(out, '0');
	for (size_t i = 0; i < length; i++)
		put(out, text[i]);
	if (spec->left)
		for (size_t i = 0; i < padding; i++)
			put(out, ' ');
}

static void put_number(struct output *out, const struct spec *spec, const char *sign, uint64_t value, unsigned base)
{
	char digits[DIGITS];
	size_t first = DIGITS;

	do {
		digits[--first] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_padded(out, spec, sign, digits + first, DIGITS - first);
}

static void put_text(struct output *out, struct spec *spec, const char *text)
{
	size_t length = 0;

	if (!text)
		text = "(none)";
	while (length < spec->precision && text[length])
		length++;
	spec->zero = false;
	put_padded(out, spec, "", text, length);
}

static unsigned parse_count(const char **format)
{
	unsigned value = 0;

	while (**format >= '0' && **format <= '9' && value < 100000)
		value = value * 10 + (unsigned)(*(*format)++ - '0');
	return value;
}

static const char *parse_flags(const char *format, struct spec *spec)
{
	for (;; format++) {
		if (*format == '-')
			spec->left = true;
		else if (*format == '0')
			spec->zero = true;
		else
			return format;
	}
}

/* va_list is passed by pointer: a callee's va_arg must move the caller's position (C11 7.16, footnote 253). */
struct arguments {
	va_list list;
};

static const char *parse_spec(const char *format, struct spec *spec, struct arguments *arguments)
{
	*spec = (struct spec){.precision = NO_PRECISION};
	format = parse_flags(format, spec);
	if (*format == '*') {
		int width = va_arg(arguments->list, int);
		spec->left = spec->left || width < 0;
		spec->width = width < 0 ? 0u - (unsigned)width : (unsigned)width;
		format++;
	} else {
		spec->width = parse_count(&format);
	}
	if (*format == '.') {
		format++;
		if (*format == '*') {
			int precision = va_arg(arguments->list, int);
			spec->precision = precision < 0 ? NO_PRECISION : (unsigned)precision;
			format++;
		} else {
			spec->precision = parse_count(&format);
		}
	}
	while (*format == 'l' || *format == 'z') {
		spec->longs++;
		format++;
	}
	spec->kind = *format;
	return *format ? format + 1 : format;
}

static uint64_t take_unsigned(const struct spec *spec, struct arguments *arguments)
{
	return spec->longs ? va_arg(arguments->list, unsigned long) : va_arg(arguments->list, unsigned);
}

static void put_spec(struct output *out, struct spec *spec, struct arguments *arguments)
{
	int64_t number;
	char c;

	switch (spec->kind) {
	case 'd':
	case 'i':
		number = spec->longs ? va_arg(arguments->list, long) : va_arg(arguments->list, int);
		put_number(out, spec, number < 0 ? "-" : "", number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10);
		break;
	case 'u':
		put_number(out, spec, "", take_unsigned(spec, arguments), 10);
		break;
	case 'x':
		put_number(out, spec, "", take_unsigned(spec, arguments), 16);
		break;
	case 'p':
		put_number(out, spec, "", (uintptr_t)va_arg(arguments->list, void *), 16);
		break;
	case 's':
		put_text(out, spec, va_arg(arguments->list, const char *));
		break;
	case 'c':
		c = (char)va_arg(arguments->list, int);
		put_padded(out, spec, "", &c, 1);
		break;
	default: /* "%%", and what is not known shows itself */
		put(out, spec->kind ? spec->kind : '%');
	}
}

size_t format_list(char *out, size_t size, const char *text, va_list list)
{
	struct output output = {out, 0, size};
	struct arguments arguments;
	struct spec spec;

	if (!size)
		return 0;
	va_copy(arguments.list, list);
	while (*text) {
		if (*text != '%') {
			put(&output, *text++);
			continue;
		}
		text = parse_spec(text + 1, &spec, &arguments);
		put_spec(&output, &spec, &arguments);
	}
	va_end(arguments.list);
	out[output.used] = 0;
	return output.used;
}

size_t format(char *out, size_t size, const char *text, ...)
{
	va_list list;
	size_t length;

	va_start(list, text);
	length = format_list(out, size, text, list);
	va_end(list);
	return length;
}
