/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_COMMON_DENIALS_H
#define TESTS_GUEST_COMMON_DENIALS_H

#include <stdint.h>
#include "sdk/audit.h"

/*
 * Counts audit records by event and of one subject: each denial is a record, or counted in a later AUDIT_RATE record
 * when the subject's budget for this major frame was used up.
 */
#define DENIAL_EVENTS 32u
struct denials {
	struct audit_reader reader;
	uint32_t subject;
	uint64_t event[DENIAL_EVENTS];
	uint64_t suppressed; /* sum of AUDIT_RATE */
	uint64_t others;     /* records of other subjects */
	uint64_t user;
	struct audit_record last[DENIAL_EVENTS];
};
void denials_open(struct denials *denials, const char *subject);
/* Reads what has come; call it often enough that nothing is lost (reader.lost). */
void denials_collect(struct denials *denials);
/* AUDIT_..._DENIED records and suppressed ones */
uint64_t denials_count(const struct denials *denials);

#endif
