/* SPDX-License-Identifier: ISC */
#ifndef SDK_SUBJECT_H
#define SDK_SUBJECT_H

#include <stdint.h>
#include "abi/hypercall.h"
#include "abi/stats.h"
#include "abi/status.h"

/* Managing other subjects: `id` is info_subject.id. Each needs its right over that subject. */
enum status subject_start(uint32_t id);
enum status subject_stop(uint32_t id);
enum status subject_pause(uint32_t id);
enum status subject_resume(uint32_t id);
/* Begins the restart; it takes its time in the subject's own frames: subject_status() tells when it runs again. */
enum status subject_restart(uint32_t id);

struct subject_status {
	enum subject_state state;
	uint32_t restarts;
	uint64_t runtime; /* TSC ticks */
};
enum status subject_status(uint32_t id, struct subject_status *status);
const char *subject_state_name(uint32_t state); /* "running" ... */

/* The statistics region, 0 if the description gives none. Counters move while being read. */
const struct stats *stats_get(void);
/* One 64-bit counter, read once. */
static inline uint64_t stats_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

#endif
