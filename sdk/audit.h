/* SPDX-License-Identifier: ISC */
#ifndef SDK_AUDIT_H
#define SDK_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/audit.h"
#include "abi/status.h"

/* Writes a record of class user: event 0..65535 (recorded as AUDIT_USER_EVENT + event). Needs RIGHT_AUDIT_WRITE. */
enum status audit_write(uint32_t event, uint64_t a, uint64_t b);
/* Which classes are recorded for a consumer. Needs RIGHT_AUDIT_MASK. */
enum status audit_mask(uint32_t consumer, uint32_t classes);

/*
 * The reader of this subject's audit region: one ring per CPU, merged by time. Copies a record
 * before it looks at it, and counts what was overwritten before it was read.
 */
#define AUDIT_CPUS 16u
struct audit_reader {
	const struct audit_ring *ring[AUDIT_CPUS];
	uint64_t next[AUDIT_CPUS];     /* sequence number expected next */
	uint64_t lost;                 /* records lost so far, all rings */
	uint32_t capacity[AUDIT_CPUS]; /* records of each */
	uint32_t count;                /* rings */
};
/* ERR_INDEX: no audit region. From the oldest record on, or only what comes from now on. */
enum status audit_open(struct audit_reader *reader, bool from_now);
/* The oldest unread record by time; false = none. */
bool audit_next(struct audit_reader *reader, struct audit_record *record);
/* "denied hypercall" ...; "user" for user events, "?" for unknown ones. */
const char *audit_event_name(uint32_t event);
const char *audit_class_name(uint32_t class_bit);

#endif
