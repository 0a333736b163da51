/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_INSPECT_PACKAGE_H
#define TOOLS_INSPECT_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A package in memory, 8-byte aligned. package_check says in one sentence what is wrong and where; only bytes that it
 * accepts may go into a model.
 */
#define PACKAGE_PROBLEM 256
bool package_check(const uint8_t *bytes, size_t size, char problem[PACKAGE_PROBLEM]);
/* Reads a file; NULL with a message on standard error, which ends in "file: what is wrong". Free with free(). */
uint8_t *package_read(const char *path, size_t *size);

#endif
