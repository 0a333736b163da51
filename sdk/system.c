/* SPDX-License-Identifier: ISC */
#include "sdk/hypercall.h"
#include "sdk/system.h"
#include "sdk/clock.h"

enum status system_schedule(uint32_t schedule)
{
	return hypercall_void(HC_SCHEDULE_SWITCH, schedule, 0, 0);
}

enum status system_self_test(uint64_t *step)
{
	uint64_t result[3] = {0};
	enum status status = hypercall(HC_SELF_TEST, *step, 0, 0, result);

	if (status == OK || status == ERR_CORRUPT)
		*step = result[0];
	return status;
}

enum status system_image_load(uint32_t id, uint64_t to, uint64_t from)
{
	return hypercall_void(HC_IMAGE_LOAD, id, to, from);
}

enum status system_time(uint64_t unix_ns)
{
	uint64_t since_origin = clock_ns();

	return unix_ns > since_origin ? hypercall_void(HC_TIME_SET, unix_ns - since_origin, 0, 0) : ERR_ARGUMENT;
}

enum status system_reboot(void)
{
	return hypercall_void(HC_REBOOT, 0, 0, 0);
}

enum status system_power_off(void)
{
	return hypercall_void(HC_POWER_OFF, 0, 0, 0);
}
