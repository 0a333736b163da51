/* SPDX-License-Identifier: ISC */
#ifndef ARCH_HOST_HOST_H
#define ARCH_HOST_HOST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include "core/vcpu.h"

/*
 * The fake machine of the unit tests: time is a variable, a guest is a script of exits, host-physical addresses are
 * native pointers, and the end of the machine is a longjmp. One CPU's timer and all CPUs' kicks are recorded.
 */
struct host_exit {
	uint64_t after; /* TSC ticks that the guest runs before it */
	enum exit reason;
	uint64_t argument[4]; /* registers at the exit: number, a, b, c */
	uint64_t detail[3];
};
#define HOST_LOG 4096u
struct host {
	uint64_t now;
	uint64_t timer[CONFIG_MAX_CPUS];
	uint32_t kicks[CONFIG_MAX_CPUS];
	uint32_t pages_zeroed, pages_copied, switches;
	struct vcpu *switched_to;
	bool line_masked[32];
	uint32_t lines_open;
	uint8_t *crash_page;
	char console[HOST_LOG];
	uint32_t console_length;
	const char *missing_feature; /* machine_check names it */
	uint32_t cpuid_value;        /* every CPUID register of the host */
	uint32_t protected_maps;
	enum host_end { HOST_RUNNING, HOST_STOPPED, HOST_REBOOTED, HOST_OFF } end;
	jmp_buf *on_end;
};
extern struct host host;

void host_reset(void);
/* The guest of `vcpu` does these exits one after another; after the last one it runs until interrupted. */
void host_script(struct vcpu *vcpu, const struct host_exit *exits, uint32_t count);

#endif
