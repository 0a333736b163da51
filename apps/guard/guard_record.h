/* SPDX-License-Identifier: ISC */
#ifndef GUARD_RECORD_H
#define GUARD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The only thing that passes the guard: one line
 *     RECORD <number> <length> <payload>
 * with single blanks; number: decimal, 0..4294967295, no leading zero; length: decimal, 1..64, no leading zero: how many
 * characters the payload has; payload: printable ASCII, 0x20..0x7e. The line ends in LF or (terminals do that) CR LF.
 * From a shell:  p='temperature 21'; printf 'RECORD %d %d %s\n' 7 ${#p} "$p"
 * What passes is written anew from the fields, so equal records leave as equal bytes, whatever their sender did.
 */
#define GUARD_PAYLOAD 64u
#define GUARD_LINE (7 + 10 + 1 + 2 + 1 + GUARD_PAYLOAD + 1) /* the longest line, LF included */
struct guard_record {
	uint32_t number;
	uint32_t length;
	char payload[GUARD_PAYLOAD];
};
enum guard_verdict {
	GUARD_PASS = 0,
	GUARD_NO_RECORD = 1,   /* does not begin with "RECORD " */
	GUARD_BAD_NUMBER = 2,  /* missing, leading zero, too large, no single blank after it */
	GUARD_BAD_LENGTH = 3,  /* the same, or not 1..64 */
	GUARD_BAD_PAYLOAD = 4, /* not as long as stated, or not printable */
	GUARD_TOO_LONG = 5,    /* longer than any record: the rest up to the line's end was skipped */
	GUARD_LOST = 6,        /* bytes of this line were lost on the way in */
	GUARD_VERDICTS = 7,
};
/* `line` without its LF or CR LF. */
enum guard_verdict guard_record_parse(const char *line, size_t length, struct guard_record *record);
/* Writes the line, LF included; returns its length, at most GUARD_LINE. */
size_t guard_record_write(const struct guard_record *record, char out[GUARD_LINE]);
const char *guard_verdict_name(enum guard_verdict verdict);

#endif
