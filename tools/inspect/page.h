/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_INSPECT_PAGE_H
#define TOOLS_INSPECT_PAGE_H

#include <stdint.h>
#include <stdio.h>

/*
 * Output that escapes by construction: every string argument is escaped for the kind of page, so no name out of a
 * configuration can become mark-up, break a JSON string or send a control sequence to a terminal.
 * Conversions, each with an optional '-', width and .precision (or .*, an unsigned argument):
 *   %s  const char *, escaped            %c  int, as it is
 *   %u  unsigned int                     %U  uint64_t
 *   %x  uint64_t, hexadecimal with 0x    %z  uint64_t, a size: 64 KiB, 1.5 GiB
 *   %f  double, at most two decimals, no trailing zeros (locale independent)
 */
enum page_kind { PAGE_TEXT, PAGE_JSON, PAGE_HTML };
struct page {
	FILE *file;
	enum page_kind kind;
};
void page_print(const struct page *page, const char *format, ...);
/* The text of %z, for those who need it as a string. */
#define PAGE_SIZE_TEXT 24
void page_size_text(char text[PAGE_SIZE_TEXT], uint64_t bytes);

#endif
