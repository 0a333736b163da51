/* SPDX-License-Identifier: ISC */
#include "sdk/event.h"
#include "sdk/info.h"
#include "sdk/interrupt.h"
#include "sdk/start.h"
#include "sdk/x86_64/start.h"

/* The first C code of each vCPU. Everything set here has the same value on every vCPU: no order is needed. */
const struct info *info_get(void)
{
	return (const struct info *)(uintptr_t)INFO_GPA;
}

unsigned start_vcpu(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	return (unsigned)((here - (uintptr_t)start_stack) / start_stack_bytes);
}

__attribute__((weak)) void secondary_main(unsigned vcpu)
{
	(void)vcpu;
}

/* Without an information page of this version no call can be trusted to mean what it says. */
static bool info_sound(const struct info *info)
{
	return info->magic == INFO_MAGIC && info->version == INFO_VERSION && info->tsc_khz;
}

void start_vcpu_main(unsigned vcpu)
{
	exception_load();
	if (!info_sound(info_get()))
		interrupt_shutdown();
	hypercall_intel = info_get()->cpu_vendor == VENDOR_INTEL;
	if (vcpu == 0)
		main();
	else
		secondary_main(vcpu);
	for (;;)
		event_wait(0, EVENT_FOREVER);
}
