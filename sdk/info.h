/* SPDX-License-Identifier: ISC */
#ifndef SDK_INFO_H
#define SDK_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/config.h"
#include "abi/info.h"

/*
 * Look-up in the information page. All functions that look for something return 0 when it is not there: what the
 * description does not give, does not exist. Names are those of the description.
 */
const struct info *info_get(void);
/* A guest-physical address of the information page, as a pointer (SDK applications are mapped one to one). */
static inline void *info_pointer(uint64_t gpa)
{
	return (void *)(uintptr_t)gpa;
}
/* Table access: INFO_TABLE(info_channel, channel)[i], i < info_get()->channel.count */
#define INFO_TABLE(type, table) ((const struct type *)info_at(&info_get()->table))
const void *info_at(const struct info_table *table);

const struct info_memory *info_memory(const char *name);
/* The nth (from 0) memory of a kind (enum info_memory_kind). */
const struct info_memory *info_memory_kind(uint32_t kind, uint32_t nth);
/* INFO_FRAME, INFO_LAPIC: that of a guest vCPU. */
const struct info_memory *info_memory_vcpu(uint32_t kind, uint32_t vcpu);
const struct info_channel *info_channel(const char *name);
const struct info_channel *info_channel_role(uint32_t role, uint32_t role_index);
const struct info_event *info_event_in(const char *name);
const struct info_event *info_event_out(const char *name);
const struct info_line *info_line(const char *name);
const struct info_subject *info_subject(const char *name);
const struct info_subject *info_subject_id(uint32_t id);
/* Index of a schedule, ~0 if there is none of that name. */
uint32_t info_schedule(const char *name);

/*
 * The options string: words "key=value" separated by blanks, first match wins. Times take the units us, ms, s
 * (default s) and come back in nanoseconds. A missing or malformed value gives `fallback`.
 */
bool info_option(const char *key, char *value, size_t size);
uint64_t info_option_number(const char *key, uint64_t fallback);
uint64_t info_option_time(const char *key, uint64_t fallback_ns);

#endif
