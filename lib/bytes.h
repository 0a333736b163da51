/* SPDX-License-Identifier: ISC */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <stddef.h>

/*
 * The four functions that a compiler may call by itself, with the C library's meaning. lib/bytes.c implements them in
 * freestanding builds; native builds take the C library's.
 */
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *left, const void *right, size_t bytes);

#endif
