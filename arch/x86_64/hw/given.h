/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_GIVEN_H
#define ARCH_X86_64_HW_GIVEN_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/config.h"
#include "arch/x86_64/hw/percpu.h"
#include "arch/x86_64/timer.h"

/*
 * What the starter (start/x86_64) has found out about the machine and made for it, besides core/system.h: it lies at a
 * fixed place of the core's image (arch/x86_64/layout.ld), and the core's page tables, which are among it, map it
 * read-only. So the core has no code that finds or makes such things, and nothing can change them.
 */
struct gate {
	uint64_t low, high;
};
struct table {
	uint64_t entry[512];
} __attribute__((aligned(4096)));
#define GIVEN_TABLES 31u
#define GIVEN_FIELDS 22u
#define CRASH_PAGE 0x5000u /* in the first MiB, which is never given away; firmware and loaders leave it alone */
struct given {
	struct table table[GIVEN_TABLES]; /* the core's page tables, one apart: window_table in hw/image.c */
	struct percpu percpu[CONFIG_MAX_CPUS];
	uint64_t gdt[3 + 2 * CONFIG_MAX_CPUS];
	struct gate idt[256];
	struct timer_scale timer;
	uint64_t host_state[CONFIG_MAX_CPUS]; /* AMD: where each CPU's own VMSAVE area lies */
	uint64_t xcr0;                        /* every component of extended state that this CPU has */
	struct given_line {
		uint64_t ioapic; /* address of its registers */
		uint32_t entry;  /* of those, the first of its own */
		bool level, low;
	} line[CONFIG_MAX_LINES]; /* by index in the configuration's table */
	uint64_t controls[6];     /* Intel: by enum control_word */
	struct given_field {
		uint64_t field, value;
	} vmcs[GIVEN_FIELDS]; /* Intel: the host's state and the controls that are the same in every VMCS */
	uint32_t revision;    /* Intel: of its VMCS */
	uint32_t timer_shift; /* Intel: a tick of the preemption timer is so many bits of the TSC's */
	uint32_t tags;        /* address-space tags (ASID, VPID) that the CPU has */
	bool next_rip;        /* AMD: an exit says where the next instruction is */
	bool x2apic;          /* CPUID alone decides */
	uint8_t reset_value;
	uint16_t reset_port; /* 0 = none */
};
extern struct given given;

/* The way into the core, and what the starter has to know of the image it has loaded: the entry of the ELF file. */
struct core_head {
	uint64_t magic;
	void (*enter)(uint64_t root, uint64_t cpu); /* on each CPU: CR3, then core_cpu_main(); never returns */
	const uint8_t *text, *text_end, *rodata, *rodata_end, *data, *data_end; /* whole pages */
	uint8_t (*stacks)[4][4096];                                             /* of each CPU: hw/percpu.h */
	struct table *window_table;
	/* hw/vectors.S: 4 bytes from one exception or line to the next */
	const uint8_t *exceptions, *lines, *nmi, *acknowledge_xapic, *acknowledge_x2apic, *spurious;
};
#define CORE_MAGIC UINT64_C(0x31300065726f6342) /* Bcore, and the version of all this */
extern const struct core_head core_head;

#endif
