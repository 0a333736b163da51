/* SPDX-License-Identifier: ISC */
/*
 * A printf whose %s cannot do harm. The idea: literal text comes from this program and passes unchanged; arguments come
 * from a binary that may be hostile, and pass only through one escaping function per kind of page.
 */
#include "tools/inspect/page.h"
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

static void put_html(FILE *file, unsigned char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", file);
		break;
	case '<':
		fputs("&lt;", file);
		break;
	case '>':
		fputs("&gt;", file);
		break;
	case '"':
		fputs("&quot;", file);
		break;
	case '\'':
		fputs("&#39;", file);
		break;
	default:
		fputc(c, file);
	}
}

/* Bytes outside printable ASCII become '?': names are ASCII, and a stray byte must not make the page invalid. */
static void put_escaped(const struct page *page, unsigned char c)
{
	if (c == '\n' && page->kind == PAGE_HTML) {
		fputs("&#10;", page->file);
		return;
	}
	if (c < 0x20 || c > 0x7e)
		c = '?';
	if (page->kind == PAGE_HTML) {
		put_html(page->file, c);
		return;
	}
	if (page->kind == PAGE_JSON && (c == '"' || c == '\\'))
		fputc('\\', page->file);
	fputc(c, page->file);
}

static void trim_zeros(char *text)
{
	char *end = text + strlen(text);
	if (!strchr(text, '.'))
		return;
	while (end[-1] == '0')
		*--end = 0;
	if (end[-1] == '.')
		*--end = 0;
}

/* Without printf's %f: its decimal point follows the locale. */
static void decimal_text(char text[32], double value)
{
	bool negative = value < 0;
	double size = negative ? -value : value;
	if (!(size < 1e15))
		size = 1e15;
	uint64_t hundredths = (uint64_t)(size * 100 + 0.5);
	snprintf(text, 32, "%s%llu.%02llu", negative && hundredths ? "-" : "", (unsigned long long)(hundredths / 100),
	         (unsigned long long)(hundredths % 100));
	trim_zeros(text);
}

void page_size_text(char text[PAGE_SIZE_TEXT], uint64_t bytes)
{
	static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	unsigned step = 0;
	double value = (double)bytes;
	char number[32];
	while (value >= 1024 && step + 1 < sizeof(unit) / sizeof(unit[0])) {
		value /= 1024;
		step++;
	}
	decimal_text(number, value);
	snprintf(text, PAGE_SIZE_TEXT, "%.16s %s", number, unit[step]);
}

struct conversion {
	bool left, star; /* star: the precision is an argument */
	unsigned width, precision;
	char letter;
};

static const char *parse(const char *at, struct conversion *conversion)
{
	*conversion = (struct conversion){.precision = ~0u};
	if (*at == '-') {
		conversion->left = true;
		at++;
	}
	for (; *at >= '0' && *at <= '9'; at++)
		conversion->width = conversion->width * 10 + (unsigned)(*at - '0');
	if (at[0] == '.' && at[1] == '*') {
		conversion->star = true;
		at += 2;
	} else if (*at == '.')
		for (conversion->precision = 0, at++; *at >= '0' && *at <= '9'; at++)
			conversion->precision = conversion->precision * 10 + (unsigned)(*at - '0');
	conversion->letter = *at;
	return *at ? at + 1 : at;
}

static void put_field(const struct page *page, const struct conversion *conversion, const char *text)
{
	size_t length = strnlen(text, conversion->precision);
	size_t pad = conversion->width > length ? conversion->width - length : 0;
	for (; pad && !conversion->left; pad--)
		fputc(' ', page->file);
	for (size_t i = 0; i < length; i++)
		put_escaped(page, (unsigned char)text[i]);
	for (; pad; pad--)
		fputc(' ', page->file);
}

void page_print(const struct page *page, const char *format, ...)
{
	va_list arguments;
	char number[32];
	struct conversion conversion;
	va_start(arguments, format);
	while (*format) {
		if (*format != '%') {
			fputc(*format++, page->file);
			continue;
		}
		format = parse(format + 1, &conversion);
		const char *text = number;
		if (conversion.star)
			conversion.precision = va_arg(arguments, unsigned);
		switch (conversion.letter) {
		case 's':
			text = va_arg(arguments, const char *);
			break;
		case 'u':
			snprintf(number, sizeof(number), "%u", va_arg(arguments, unsigned));
			break;
		case 'U':
			snprintf(number, sizeof(number), "%llu", (unsigned long long)va_arg(arguments, uint64_t));
			break;
		case 'x':
			snprintf(number, sizeof(number), "0x%llx", (unsigned long long)va_arg(arguments, uint64_t));
			break;
		case 'z':
			page_size_text(number, va_arg(arguments, uint64_t));
			break;
		case 'f':
			decimal_text(number, va_arg(arguments, double));
			break;
		case 'c':
			fputc(va_arg(arguments, int), page->file);
			continue;
		default:
			fputc(conversion.letter, page->file);
			continue;
		}
		put_field(page, &conversion, text);
	}
	va_end(arguments);
}
