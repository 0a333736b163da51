/* SPDX-License-Identifier: ISC */
#include "sdk/hypercall.h"
#include "sdk/info.h"
#include "sdk/subject.h"

enum status subject_start(uint32_t id)
{
	return hypercall_void(HC_SUBJECT_START, id, 0, 0);
}

enum status subject_stop(uint32_t id)
{
	return hypercall_void(HC_SUBJECT_STOP, id, 0, 0);
}

enum status subject_pause(uint32_t id)
{
	return hypercall_void(HC_SUBJECT_PAUSE, id, 0, 0);
}

enum status subject_resume(uint32_t id)
{
	return hypercall_void(HC_SUBJECT_RESUME, id, 0, 0);
}

enum status subject_restart(uint32_t id)
{
	return hypercall_void(HC_SUBJECT_RESTART, id, 0, 0);
}

enum status subject_status(uint32_t id, struct subject_status *status)
{
	uint64_t result[3] = {0};
	enum status answer = hypercall(HC_SUBJECT_STATUS, id, 0, 0, result);

	*status = (struct subject_status){(enum subject_state)result[0], (uint32_t)result[1], result[2]};
	return answer;
}

const char *subject_state_name(uint32_t state)
{
	static const char *const names[SUBJECT_STATES] = {
	        [SUBJECT_STOPPED] = "stopped",   [SUBJECT_RUNNING] = "running", [SUBJECT_PAUSED] = "paused",
	        [SUBJECT_STOPPING] = "stopping", [SUBJECT_SCRUB] = "scrubbing", [SUBJECT_LOAD] = "loading",
	        [SUBJECT_FAILED] = "failed",
	};

	return state < SUBJECT_STATES ? names[state] : "?";
}

const struct stats *stats_get(void)
{
	const struct info_memory *memory = info_memory_kind(INFO_STATS, 0);

	return memory && memory->size >= sizeof(struct stats) ? info_pointer(memory->gpa) : 0;
}
