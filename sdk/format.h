/* SPDX-License-Identifier: ISC */
#ifndef SDK_FORMAT_H
#define SDK_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Formatted text in a fixed buffer: %s %c %d %i %u %x %p %%, with l, ll and z; width (also *), '-' for left, '0' for
 * leading zeros, .precision for %s. Always terminates, never writes beyond `size`. Returns the length written (without
 * the NUL): text that does not fit is cut.
 */
size_t format_list(char *out, size_t size, const char *format, va_list arguments) __attribute__((format(printf, 3, 0)));
size_t format(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
