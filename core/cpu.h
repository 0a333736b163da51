/* SPDX-License-Identifier: ISC */
#ifndef CORE_CPU_H
#define CORE_CPU_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/config.h"
#include "abi/stats.h"

/*
 * What one physical CPU knows. Only that CPU touches it, `resched` and `idle` apart: others set `resched` and look at
 * `idle` to decide whether an interrupt is needed. Whoever ends the machine sets `nmi` and ends the frame, too.
 */
struct flight {                       /* flight recorder: one line per exit, always on, kept in the crash record */
	uint32_t time_low, time_high; /* TSC */
	uint64_t rip;
	uint32_t reason, vcpu;
	uint64_t reserved;
};
#define FLIGHT_COUNT 64u
#define FLIGHT_BYTES (FLIGHT_COUNT * sizeof(struct flight))

struct cpu {
	/* aligned so that the line behind the last one is found by clearing a bit: see flight_next() */
	struct flight flight[FLIGHT_COUNT] __attribute__((aligned(2 * FLIGHT_BYTES)));
	struct flight *flight_at; /* the next line */
	uint64_t resched;         /* something may have changed who runs: leave the guest and look */
	struct vcpu *current;     /* who runs when nothing changed; 0 = nobody */
	struct subject *work;     /* a unit whose memory is being prepared, in its own frame, when nobody runs */
	struct vcpu *loaded;      /* whose FPU and debug registers are live */
	uint64_t timer;           /* deadline in the hardware timer; 0 = unknown */
	uint64_t since;           /* TSC up to which run time has been accounted */
	struct vcpu *account;     /* to whom */
	uint32_t id;
	uint32_t idle;
	uint32_t nmi; /* one has come: dealt with at the next decision */
	/* the plan, see scheduler.c */
	uint32_t schedule;
	const struct config_frame *frames;
	struct vcpu **member; /* of the present frame's group, highest priority first; 0 ends them */
	uint32_t begun;       /* the frame is new: its time is not on anybody's account yet */
	uint32_t frame_count, frame_index;
	uint64_t major_start, major_remainder; /* TSC of the present major frame; rest in 1/1000 ticks */
	uint64_t offset_us;                    /* of the end of the present frame in the major frame */
	uint64_t frame_start, frame_end;
	uint64_t hold; /* nobody is entered before this; 0 = the frame is not held */
	struct stats_cpu *stats;
	uint32_t line_waiting;                 /* bit per line: unmask at the next major frame */
	uint32_t line_count[CONFIG_MAX_LINES]; /* interrupts per line in this major frame */
};
_Static_assert(FLIGHT_BYTES == 2048, "a power of two");
static inline struct flight *flight_next(struct flight *at)
{
	return (struct flight *)((uintptr_t)(at + 1) & ~(uintptr_t)FLIGHT_BYTES);
}
extern struct cpu cpus[CONFIG_MAX_CPUS];

#endif
