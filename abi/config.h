/* SPDX-License-Identifier: ISC */
#ifndef ABI_CONFIG_H
#define ABI_CONFIG_H

#include <stdint.h>
#include "abi/audit.h"

/*
 * The configuration: what the compiler writes and the core starts from. One file, the *package*, is
 *   configuration (config_header.size bytes, padded to 4 KiB), then the payload files, each padded to 4 KiB.
 * It is loaded as one boot module at any 4 KiB-aligned address and stays there: it is the pristine copy for restarts.
 * Tables are arrays of fixed-size records; every index is into the table of that kind, every (first, count) pair is a
 * run inside its table, and the runs of a table follow one another in the order of their owners, from its first record
 * to its last. All little-endian. The starter's checker is lib/config.c, the tool's is tools/rules.
 */
#define CONFIG_MAGIC UINT64_C(0x31444145484b4c42) /* "BLKHEAD1" */
#define CONFIG_VERSION 2u
#define CONFIG_NONE 0xffffffffu
#define CONFIG_NAME_BYTES 32

#define CONFIG_MAX_CPUS 16u
#define CONFIG_MAX_SUBJECTS 64u
#define CONFIG_MAX_VCPUS 64u
#define CONFIG_MAX_REGIONS 1024u
#define CONFIG_MAX_MAPPINGS 2048u
#define CONFIG_MAX_EVENTS 64u /* per subject, each direction */
#define CONFIG_MAX_LINES 24u
#define CONFIG_MAX_SCHEDULES 16u
#define CONFIG_MAX_GROUPS 64u
#define CONFIG_MAX_FRAMES 1024u /* per schedule and CPU */
#define CONFIG_MAX_CONSUMERS 8u
#define CONFIG_MAX_BYTES (4u << 20)

enum config_table {
	TABLE_SUBJECT,
	TABLE_VCPU,
	TABLE_REGION,
	TABLE_MAPPING,
	TABLE_EVENT,
	TABLE_EVENT_IN,
	TABLE_LINE,
	TABLE_PORT,
	TABLE_MSR,
	TABLE_CPUID,
	TABLE_FEATURE,
	TABLE_MANAGE,
	TABLE_EPOCH,
	TABLE_SCHEDULE,
	TABLE_PLAN,
	TABLE_FRAME,
	TABLE_GROUP,
	TABLE_MEMBER,
	TABLE_CONSUMER,
	TABLE_SOURCE,
	TABLE_CHANNEL,
	TABLE_COUNT,
};
struct config_span {
	uint32_t first, count;
};

struct config_header {
	uint64_t magic;
	uint32_t version;
	uint32_t size;         /* bytes of the configuration, header included */
	uint64_t package_size; /* bytes of the whole package */
	uint8_t digest[32];    /* SHA-256 of the whole package with this field zero */
	char name[CONFIG_NAME_BYTES];
	uint32_t cpu_count; /* physical CPUs the schedules use: 0 .. cpu_count - 1 */
	uint32_t schedule;  /* index of the first schedule */
	uint32_t switch_us; /* M: a schedule switch takes effect no sooner than this */
	uint32_t flags;     /* CONFIG_* */
	struct {
		uint32_t offset, count;
	} table[TABLE_COUNT]; /* offset from the header, 8-byte aligned */
	uint32_t names; /* offset of the string pool: file names and line numbers of the description for messages */
	uint32_t names_size;
	uint32_t pm_reset_port, pm_reset_value; /* reboot; 0 = keyboard controller / 0xcf9 */
	uint32_t pm_off_port, pm_off_value;     /* power off: PM1a control; 0 = unknown */
	uint32_t reserved[8];
};

enum subject_kind { KIND_APP = 0, KIND_GUEST = 1, KIND_LAYER = 2 };

struct config_fault {
	uint8_t action; /* enum fault_action */
	uint8_t times;
	uint16_t within_s;
	uint32_t event; /* NOTIFY: index into this subject's outgoing events */
};

struct config_subject {
	char name[CONFIG_NAME_BYTES];
	uint32_t kind;
	uint32_t partner; /* guest <-> its layer: together one restart unit; CONFIG_NONE for an app */
	struct config_span vcpu, mapping, event, event_in, line, port, msr, cpuid, manage, epoch;
	uint64_t rights;         /* RIGHT_* of abi/hypercall.h */
	uint64_t xcr0;           /* 1, 3 or 7: x87 [SSE [AVX]]; 0: uses no FPU (layers) */
	uint32_t flags;          /* SUBJECT_* */
	uint32_t audit_budget;   /* audit records per major frame it may cause */
	uint32_t info_region;    /* CONFIG_NONE for guests */
	uint32_t staging_region; /* HC_IMAGE_LOAD copies from here; CONFIG_NONE */
	uint32_t apic_mode;      /* 0 = xAPIC at reset, 1 = x2APIC already enabled */
	uint32_t line_number;    /* of the description, for messages */
	struct config_fault fault[FAULT_COUNT];
};
#define SUBJECT_START 1u      /* started at boot */
#define SUBJECT_HIDE_TIME 2u  /* reserved */
#define SUBJECT_EXIT_PAUSE 4u /* intercept PAUSE */
#define SUBJECT_EXIT_HALT 8u  /* intercept HLT (default); clear only on a dedicated CPU */

enum vcpu_start {
	START_FLAT32 =
	        0, /* protected mode, flat 4 GiB segments, paging off, RIP = entry, RSI = info GPA, RDI = vCPU number */
	START_LAYER = 1, /* its layer sets the state and runs it */
	START_SIPI = 2,  /* waits for INIT/SIPI by another vCPU of the subject; still run by its layer, if it has one */
	START_RESET = 3
}; /* real mode at F000:FFF0 */
struct config_vcpu {
	uint32_t subject, cpu;
	uint32_t start;        /* enum vcpu_start */
	uint32_t apic_id;      /* within the subject: 0, 1, ... */
	uint32_t partner;      /* guest vCPU <-> layer vCPU, CONFIG_NONE */
	uint32_t frame_region; /* guest vCPU with a layer: its exit frame page; CONFIG_NONE */
	uint32_t
	        lapic_region; /* guest vCPU with a layer: local APIC state page (read-only to the layer); CONFIG_NONE */
	uint32_t reserved;
	uint64_t entry;
};

enum region_kind {
	REGION_RAM = 0,        /* zeroed, then its payload is copied in, at boot and at each restart of its owner */
	REGION_FILE = 1,       /* lies in the package itself; only read-only mappings; no RAM of its own */
	REGION_DEVICE = 2,     /* pinned, not RAM: MMIO */
	REGION_CHANNEL = 3,    /* zeroed at boot only; belongs to neither end */
	REGION_INFO = 4,       /* mapped in the core */
	REGION_FRAME = 5,      /* mapped in the core, one page */
	REGION_LAPIC = 6,      /* mapped in the core, one page */
	REGION_AUDIT = 7,      /* mapped in the core */
	REGION_STATS = 8,      /* mapped in the core */
	REGION_PERSISTENT = 9, /* like RAM, but not scrubbed at a restart */
};
struct config_region {
	char name[CONFIG_NAME_BYTES];
	uint32_t kind;
	uint32_t owner;          /* subject; CONFIG_NONE = the system */
	uint64_t size;           /* multiple of 4096 */
	uint64_t alignment;      /* power of two >= 4096 */
	uint64_t hpa;            /* pinned host-physical address, or ~0 */
	uint64_t payload_offset; /* in the package, 4 KiB aligned; 0 = none */
	uint64_t payload_size;   /* exact bytes, <= size; the rest is zero */
	uint32_t line_number;
	uint32_t reserved;
};

#define MAP_READ 1u
#define MAP_WRITE 2u
#define MAP_EXECUTE 4u
#define MAP_UNCACHED 8u
struct config_mapping {
	uint32_t subject, region;
	uint64_t gpa, offset, size; /* all multiples of 4096 */
	uint32_t rights;            /* MAP_* */
	uint32_t reserved;
};

enum event_action {
	EVENT_NOTIFY = 0, /* sets the target's bit: vector, wake or hand over as the target says */
	EVENT_START = 1,
	EVENT_STOP = 2,
	EVENT_RESTART = 3,
	EVENT_SCHEDULE = 4
};
struct config_event {    /* outgoing */
	uint32_t target; /* subject; EVENT_SCHEDULE: schedule index */
	uint32_t bit;    /* incoming bit of the target; unused for other actions */
	uint32_t action;
	uint32_t reserved;
};
#define EVENT_URGENT 1u /* to a layer: preempts its guest; else at its next exit, halt or frame end */
struct config_event_in {
	uint32_t bit;    /* 0..63 */
	uint32_t vector; /* 0 = no interrupt: only HC_EVENT_WAIT or a layer's RUN_OUT_EVENT see it */
	uint32_t vcpu;   /* vCPU number within the subject that is interrupted or woken */
	uint32_t flags;
};
#define LINE_LEVEL 1u
#define LINE_LOW 2u
struct config_line {
	uint32_t gsi, flags, bit, budget; /* interrupts per major frame of CPU */
};
struct config_port {
	uint16_t base, count;
	uint32_t reserved;
}; /* granted directly */

enum msr_action {
	MSR_VALUE = 0, /* reads give value; writes vanish if MSR_WRITE_IGNORED, else #GP */
	MSR_LAYER = 1, /* handed to the layer */
	MSR_STORE = 2  /* a per-vCPU register of no effect; starts as value; at most 8 per subject */
};
#define MSR_WRITE_IGNORED 1u
struct config_msr {
	uint32_t msr;
	uint16_t action, flags;
	uint64_t value;
}; /* sorted by msr; switched and APIC MSRs never stand here */

#define CPUID_SUBLEAF 1u /* matches only its sub-leaf; else every sub-leaf */
struct config_cpuid {
	uint32_t leaf, subleaf, flags, eax, ebx, ecx, edx, reserved;
}; /* a subject has two tables, for a host of AMD and one of Intel, each half of its run. Sorted by leaf, sub-leaf; others
	 give the values of the highest basic leaf's rule: all zero. The core itself fixes: 1.EBX[31:24] APIC id, 1.ECX.OSXSAVE,
	 0xB/0x1F.EDX, 0xD.0.EBX and 0xD.1.EBX, 0x40000100 */
enum cpuid_register { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX };
struct config_feature {
	uint32_t leaf, subleaf, reg, mask;
	char name[16];
	uint32_t subject, line_number;
}; /* the host must have all bits */

struct config_manage {
	uint32_t subject;
	uint32_t reserved;
	uint64_t rights;
};
struct config_epoch {
	uint32_t offset; /* of a uint32_t in the owner's info region */
	uint32_t peer;
}; /* counts restarts of peer */

struct config_schedule {
	char name[CONFIG_NAME_BYTES];
	uint64_t major_us;
	struct config_span plan; /* one per CPU, in order */
};
struct config_plan {
	uint32_t cpu;
	uint32_t reserved;
	struct config_span frame;
};
#define FRAME_HOLD_START 1u
struct config_frame {
	uint32_t group; /* CONFIG_NONE = idle */
	uint32_t length_us;
	uint32_t flags;
	uint32_t hold_ticks_us;
};
struct config_group {
	char name[CONFIG_NAME_BYTES];
	struct config_span member;
	uint32_t background; /* vCPU or CONFIG_NONE */
	uint32_t cpu;
};
struct config_member {
	uint32_t vcpu;
}; /* highest priority first; a layer vCPU directly before its guest's */

struct config_consumer {
	uint32_t subject, region;
	uint64_t ring_bytes; /* per CPU: header + records */
	struct config_span source;
};
struct config_source {
	uint32_t subject; /* CONFIG_NONE = the core itself */
	uint32_t classes;
};

/* For reports only; the core does not read it. */
struct config_channel {
	char name[CONFIG_NAME_BYTES];
	uint32_t from, to, region_out, region_back;
	uint32_t flags, line_number;
};

_Static_assert(sizeof(struct config_header) % 8 == 0 && sizeof(struct config_subject) % 8 == 0 &&
                       sizeof(struct config_vcpu) % 8 == 0 && sizeof(struct config_region) % 8 == 0 &&
                       sizeof(struct config_mapping) % 8 == 0 && sizeof(struct config_msr) % 8 == 0 &&
                       sizeof(struct config_schedule) % 8 == 0 && sizeof(struct config_consumer) % 8 == 0,
               "8-byte aligned records");

#endif
