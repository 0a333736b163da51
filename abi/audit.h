/* SPDX-License-Identifier: ISC */
#ifndef ABI_AUDIT_H
#define ABI_AUDIT_H

#include <stdint.h>

/*
 * Audit: one ring per (consumer, CPU), written by that CPU only, read-only to the consumer. The region of a consumer
 * holds `cpu_count` rings of equal size one after another: a header, then `capacity` records (a power of two).
 * Writing: sequence := 0 (invalid), fields, then sequence. Reading: copy, then compare the sequence again.
 * Record with sequence s (from 1) stands in slot (s - 1) % capacity. Overwrites the oldest; a reader that fell behind
 * sees that by the sequence numbers: lost = expected..found.
 */
enum audit_class { AUDIT_SECURITY = 1, AUDIT_SAFETY = 2, AUDIT_USER = 4, AUDIT_SYSTEM = 8 };

enum audit_event {
	AUDIT_BOOT = 1,             /* core started: [0] = entry TSC, [1] = subjects, [2] = CPUs */
	AUDIT_SUBJECT_STATE = 2,    /* [0] = new state, [1] = old state, [2] = requester's subject id */
	AUDIT_SCHEDULE = 3,         /* [0] = schedule index now in force, [1] = the one before */
	AUDIT_HYPERCALL_DENIED = 4, /* [0] = number, [1] = status, [2] = first argument */
	AUDIT_MEMORY_DENIED =
	        5,            /* [0] = guest-physical address, [1] = FRAME_MEMORY_* bits, [2] = nearest region index */
	AUDIT_IO_DENIED = 6,  /* [0] = port, [1] = FRAME_IO_* | size << 8 */
	AUDIT_MSR_DENIED = 7, /* [0] = msr, [1] = 1 if written, [2] = value */
	AUDIT_INSTRUCTION_DENIED = 8, /* [0] = hardware exit code */
	AUDIT_FAULT = 9,              /* [0] = enum fault, [1] = enum fault_action taken, [2] = detail */
	AUDIT_LINE_STORM = 10,        /* [0] = GSI: masked until its budget refills */
	AUDIT_SELF_TEST = 11,         /* [0] = step, [1] = status */
	AUDIT_RATE = 12,              /* [0] = records of this subject suppressed since the last one */
	AUDIT_TIMING = 13,   /* [0] = a frame started late by this many TSC ticks, more than ever on this CPU and
	                                 than the margin of schedule switches, which is above the longest handler */
	AUDIT_CRASH = 14,    /* a crash record of the boot before was found: [0] = code, [1] = detail */
	AUDIT_TIME_SET = 15, /* [0] = nanoseconds since 1970-01-01 at TSC 0 */
	AUDIT_GUEST = 16,    /* why a layer reports its guest's fault: [0] = enum layer_fault, [1], [2] = as it says */
	AUDIT_USER_EVENT = 256, /* first event number of HC_AUDIT_WRITE: event = 256 + its argument */
};

struct audit_record {
	uint64_t sequence;
	uint64_t time; /* TSC */
	uint16_t cpu;
	uint16_t subject; /* 0xffff = the core */
	uint16_t vcpu;    /* index of the vCPU within the system; 0xffff = none */
	uint16_t class;   /* one bit of enum audit_class */
	uint32_t event;   /* enum audit_event */
	uint32_t reserved;
	uint64_t rip;
	uint64_t argument[3];
};
_Static_assert(sizeof(struct audit_record) == 64, "fixed layout");

#define AUDIT_MAGIC 0x54494455u /* "UDIT" */
struct audit_ring {
	uint32_t magic;
	uint32_t capacity; /* records */
	uint64_t next;     /* sequence number the next record gets */
	uint64_t reserved[6];
	struct audit_record record[];
};
_Static_assert(sizeof(struct audit_ring) == 64, "fixed layout");

/* Faults of a subject, and what its policy can do */
enum fault {
	FAULT_MEMORY = 0, /* stray guest-physical access */
	FAULT_IO = 1,     /* a port that is not granted */
	FAULT_MSR = 2,
	FAULT_INSTRUCTION = 3, /* an instruction that is not offered */
	FAULT_SHUTDOWN = 4,    /* triple fault */
	FAULT_ENTRY = 5,       /* invalid guest state */
	FAULT_MACHINE_CHECK = 6,
	FAULT_LAYER = 7, /* reported by, or a fault of, the virtualization layer */
	FAULT_COUNT = 8,
};
/* What a layer reports of its guest by HC_GUEST_FAULT, and the two words of detail. */
enum layer_fault {
	LAYER_FAULT_BOOT = 1,        /* the guest cannot be started; the console says why */
	LAYER_FAULT_INSTRUCTION = 2, /* an instruction that is not emulated: its bytes 0..7, 8..14 */
	LAYER_FAULT_MEMORY = 3,      /* no memory and no device there: guest-physical address, rip */
	LAYER_FAULT_EXIT = 4,        /* an exit this layer does not know: reason, info[0] */
	LAYER_FAULT_RUN = 5,         /* the core refused to run the guest: status, flags */
	LAYER_FAULT_PAGING = 6,      /* 5-level page tables: rip, cr4 */
	LAYER_FAULT_PANIC = 7,       /* the guest's kernel says by the panic device that it has failed */
	LAYER_FAULT_WATCHDOG = 8,    /* the guest has not fed its watchdog */
};
enum fault_action {
	ACTION_INJECT =
	        0, /* #GP for IO, MSR, MEMORY and CONTROL; #UD for INSTRUCTION; not for SHUTDOWN, ENTRY, LAYER */
	ACTION_IGNORE = 1, /* reads give all ones, writes vanish; IO and MSR only */
	ACTION_STOP = 2,
	ACTION_RESTART = 3,
	ACTION_NOTIFY = 4, /* stop, and signal the subject's fault event */
	ACTION_SYSTEM = 5, /* system safe state */
	ACTION_COUNT = 6,
};

#endif
