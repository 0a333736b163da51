/* SPDX-License-Identifier: ISC */
#ifndef ABI_HYPERCALL_H
#define ABI_HYPERCALL_H

#include <stdint.h>

/*
 * Hypercalls: VMMCALL (AMD), VMCALL (Intel), HVC (Arm) at CPL 0; from CPL > 0 the instruction raises #UD.
 * In: RAX = number, RDI, RSI, RDX = arguments. Out: RAX = enum status, RDI, RSI, RDX = results (unused ones keep their
 * value).
 * All other registers are preserved. A refusal changes nothing and writes one audit record (rate limited).
 * "Index" always means an index into the caller's own table, as listed in its information page.
 */
#define HYPERCALL_ABI 0x0100u /* major << 8 | minor */

enum hypercall {
	/* --- communication: no right needed, the tables are the right --- */
	HC_VERSION = 0,      /* -> RDI = HYPERCALL_ABI. Also the "null" hypercall of the benchmarks */
	HC_EVENT_SIGNAL = 1, /* RDI = outgoing event index */
	HC_EVENT_WAIT = 2,   /* RDI = mask of incoming event bits, RSI = deadline in TSC ticks (0 = do not wait,
	                        ~0 = for ever). Blocks the vCPU until a masked-in bit is pending, the deadline passed
	                        or an interrupt is deliverable. -> RDI = the bits, which are cleared */
	HC_EVENT_MASK = 3,   /* RDI = mask: bits set here raise their vector (default all), bits clear stay pending */
	HC_LINE_UNMASK = 4,  /* RDI = line index: the physical line may fire again */
	/* --- time --- */
	HC_TIME_SET = 5, /* RDI = nanoseconds since 1970-01-01 (UTC) at TSC 0, for all information pages */
	/* --- subject management: RDI = subject id; right per target --- */
	HC_SUBJECT_START = 8,
	HC_SUBJECT_STOP = 9,
	HC_SUBJECT_PAUSE = 10,
	HC_SUBJECT_RESUME = 11,
	HC_SUBJECT_RESTART = 12,
	HC_SUBJECT_STATUS = 13, /* -> RDI = enum subject_state, RSI = restarts so far, RDX = run time in TSC ticks */
	/* --- audit --- */
	HC_AUDIT_WRITE = 16, /* RDI = event 0..65535, RSI, RDX = arguments; class is always AUDIT_USER */
	HC_AUDIT_MASK = 17,  /* RDI = consumer index, RSI = mask of classes recorded for it */
	/* --- maintenance --- */
	HC_SCHEDULE_SWITCH = 24, /* RDI = schedule index; takes effect at the next common major-frame boundary */
	HC_SELF_TEST = 25,       /* RDI = step 0.. ; -> RDI = next step or 0 when done; ERR_CORRUPT on a mismatch */
	HC_IMAGE_LOAD = 26, /* RDI = subject id (stopped), RSI = page number in its pristine image, RDX = page number in
	                        the caller's staging region: copies one 4 KiB page */
	HC_REBOOT = 27,
	HC_POWER_OFF = 28,
	/* --- virtualization layer: only for a subject of kind layer, about its own guest --- */
	HC_VCPU_RUN = 32, /* resume the guest vCPU that belongs to the calling layer vCPU, see below */
	HC_VCPU_GET =
	        33, /* RDI = guest vCPU: fill its exit frame with FRAME_HAS_ALL (vCPU must be handed over or parked) */
	HC_VCPU_SET = 34, /* RDI = guest vCPU, RSI = FRAME_HAS_* to take from its exit frame; ERR_ARGUMENT if unsound */
	HC_LAPIC_ASSERT = 35, /* RDI = guest vCPU, RSI = vector | LAPIC_LEVEL */
	HC_LAPIC_READ = 36,   /* RDI = guest vCPU, RSI = xAPIC register offset 0..0x3f0 -> RDI = value */
	HC_LAPIC_WRITE =
	        37, /* RDI = guest vCPU, RSI = xAPIC register offset, RDX = value; an ICR write needs 0x310 first */
	HC_LINE_EXTINT = 38,   /* RDI = guest vCPU, RSI = 0/1: the INTR line of the 8259 model */
	HC_GUEST_RESTART = 39, /* the guest asked for reset: restart this restart unit; does not return */
	HC_GUEST_STOP = 40,    /* the guest asked for power off: stop this restart unit; does not return */
	HC_GUEST_FAULT = 41,   /* RDI = code, RSI, RDX = detail: apply the guest's fault policy and audit */
	HYPERCALL_COUNT = 42,
};

#define LAPIC_LEVEL 0x100u

/*
 * HC_VCPU_RUN
 * In:  RDI = RUN_* flags | vector << 16 (with RUN_EXTINT) | FRAME_HAS_* << 8 (parts of the frame to take over)
 *      RSI = guest RAX (with RUN_SET_RAX)
 *      RDX = the layer's own timer, absolute TSC, 0 = none (replaces the earlier one)
 * Out: RDI = enum run_outcome, and by outcome
 *      RUN_EXIT:   RSI = enum exit | info << 32 for EXIT_IO (low 32 bits of frame.info[0]), RDX = the guest's RAX
 *      RUN_EVENT:  RSI = incoming event bits, cleared
 *      RUN_EOI:    RSI = vector
 *      others:     RSI = 0
 */
#define RUN_ADVANCE 1u /* go on at frame.next_rip as the core computed it */
#define RUN_SET_RAX 2u
#define RUN_INJECT 4u /* frame.inject is valid */
#define RUN_EXTINT 8u /* deliver this vector as ExtINT (the answer to RUN_INTA) */
#define RUN_TAKE(parts) ((uint64_t)(parts) << 8)
#define RUN_VECTOR(vector) ((uint64_t)(vector) << 16)
enum run_outcome {
	RUN_OUT_EXIT = 0,    /* the guest needs an answer: see the exit frame */
	RUN_OUT_EVENT = 1,   /* events for the layer */
	RUN_OUT_EOI = 3,     /* end of interrupt of a level-triggered vector; the guest has gone past it */
	RUN_OUT_INTA = 4,    /* the guest accepts the ExtINT line: give the vector with RUN_EXTINT */
	RUN_OUT_TIMER = 5,   /* the layer's timer has passed */
	RUN_OUT_STARTED = 6, /* an INIT reset this guest vCPU (info: 0) or a SIPI started it (info: vector). If that was
	                        while the layer had control, its next HC_VCPU_RUN takes nothing over and returns this */
};

/* Right bits of a subject (config_subject.rights) */
#define RIGHT_AUDIT_WRITE (UINT64_C(1) << 0)
#define RIGHT_AUDIT_MASK (UINT64_C(1) << 1)
#define RIGHT_SCHEDULE_SWITCH (UINT64_C(1) << 2)
#define RIGHT_SELF_TEST (UINT64_C(1) << 3)
#define RIGHT_IMAGE_LOAD (UINT64_C(1) << 4)
#define RIGHT_REBOOT (UINT64_C(1) << 5)
#define RIGHT_POWER_OFF (UINT64_C(1) << 6)
#define RIGHT_TIME_SET (UINT64_C(1) << 7)
/* Right bits over another subject (config_manage.rights) */
#define RIGHT_START (UINT64_C(1) << 8)
#define RIGHT_STOP (UINT64_C(1) << 9)
#define RIGHT_PAUSE (UINT64_C(1) << 10)
#define RIGHT_RESUME (UINT64_C(1) << 11)
#define RIGHT_RESTART (UINT64_C(1) << 12)
#define RIGHT_STATUS (UINT64_C(1) << 13)

enum subject_state {
	SUBJECT_STOPPED = 0,
	SUBJECT_RUNNING = 1,
	SUBJECT_PAUSED = 2,
	SUBJECT_STOPPING = 3, /* waiting until each of its vCPUs is parked by its own CPU */
	SUBJECT_SCRUB = 4,    /* memory is being zeroed */
	SUBJECT_LOAD = 5,     /* the pristine image is being copied */
	SUBJECT_FAILED = 6,   /* stopped by its fault policy */
	SUBJECT_STATES = 7,
};

#endif
