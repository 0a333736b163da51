/* SPDX-License-Identifier: ISC */
#ifndef ARCH_HOST_HOST_H
#define ARCH_HOST_HOST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include "core/vcpu.h"

/*
 * The fake machine of the unit tests: time is a variable of each CPU, a guest is a script of exits or a function that
 * makes them, host-physical addresses are native pointers, and the end of the machine is a longjmp. Whoever drives
 * several CPUs says in `cpu` which one it plays; `until` stops a CPU from running ahead of the others.
 */
struct host_exit {
	uint64_t after; /* TSC ticks that the guest runs before it */
	enum exit reason;
	uint64_t argument[4]; /* registers at the exit: number, a, b, c */
	uint64_t detail[3];
};
/* A guest as a function: what it does next. It may also look at its registers: argument[0..3]. */
typedef struct host_exit host_guest(struct vcpu *vcpu);

/* Points at which a test can interleave another CPU's doings. */
enum host_call {
	HOST_NOW,
	HOST_POST,
	HOST_KICK,
	HOST_WAIT,
	HOST_WAKES,
	HOST_WINDOW,
	HOST_SWITCH,
	HOST_HOLD,
	HOST_COPY,
	HOST_CALLS
};

#define HOST_LOG 4096u
#define HOST_LINES 24u
struct host {
	unsigned cpu; /* the CPU that is being played */
	uint64_t now[CONFIG_MAX_CPUS];
	uint64_t until;                     /* no guest and no HLT goes on beyond this; 0 = no bound */
	uint64_t step;                      /* ticks that reading the time takes */
	uint64_t late;                      /* ticks that the timer fires after its deadline ... */
	uint64_t early;                     /* ... or before it */
	uint64_t timer[CONFIG_MAX_CPUS];    /* one-shot: 0 once it has fired */
	uint64_t deadline[CONFIG_MAX_CPUS]; /* the last one that was armed */
	uint32_t timers_armed;
	uint32_t kicks[CONFIG_MAX_CPUS];
	bool kicked[CONFIG_MAX_CPUS], nmi[CONFIG_MAX_CPUS];
	uint32_t pages_zeroed, pages_copied, switches, interrupts, waits;
	struct vcpu *switched_to, *switched_from;
	struct {
		bool open, masked, raised; /* raised: the device asks until the test takes it back */
		unsigned cpu, line, flags;
	} line[HOST_LINES];
	uint8_t *crash_page;
	char console[HOST_LOG];
	uint32_t console_length;
	const char *missing_feature; /* machine_check names it */
	bool cpus_fail;              /* machine_cpus_start does */
	uint64_t leaf_max;           /* of second-level tables; 0: 2 MiB */
	uint32_t cpuid_value;        /* every CPUID register of the host */
	uint32_t power_port, power_value;
	enum host_end { HOST_RUNNING, HOST_STOPPED, HOST_REBOOTED, HOST_OFF } end;
	jmp_buf *on_end;
	void (*on_call)(enum host_call call); /* not called while it runs */
};
extern struct host host;
extern uint64_t host_image[1024]; /* what the self test takes for the core's image */

void host_reset(void);
/* The guest of `vcpu` does these exits one after another; after the last one it runs until interrupted. */
void host_script(struct vcpu *vcpu, const struct host_exit *exits, uint32_t count);
/* An exit of the guest with what is in its registers and detail[]. */
void host_upcall(struct cpu *cpu, struct vcpu *vcpu, enum exit reason);
void host_call(enum host_call call);
/* What interrupts this CPU now is taken: lines, the timer, a kick. true if there was anything. */
bool host_interrupt(struct cpu *cpu);
/* Time passes on this CPU: `ticks`, or less when an interrupt or the bound comes before. */
enum host_pass { HOST_PASSED, HOST_INTERRUPTED, HOST_BOUND };
enum host_pass host_pass(struct cpu *cpu, uint64_t ticks);

#endif
