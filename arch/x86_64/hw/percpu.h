/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_PERCPU_H
#define ARCH_X86_64_HW_PERCPU_H

/*
 * Where a CPU's own things are. Stacks and windows have virtual addresses of their own in the upper half, outside the
 * identity map, so that a guard page costs no memory. Each CPU has a slot of 32 KiB there, and the slot's number is
 * found in RSP: nothing depends on GS, which may hold a guest's value around an exit.
 *   page of the slot: 1 = NMI stack, 3 = stack of #DF and #MC, 6 and 7 = the stack; 0, 2, 4 and 5 are not mapped
 */
#define PERCPU_HIGH 0xffff800000000000
#define PERCPU_SHIFT 15
#define PERCPU_MASK 31
#define PERCPU_SLOT (1 << PERCPU_SHIFT)
#define PERCPU_WINDOWS 0xffff800000200000 /* two pages for each CPU */

#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS 0x18 /* of CPU 0; then 16 for each CPU */

#ifndef __ASSEMBLER__
#include <stdint.h>
#include "abi/config.h"

struct percpu {
	uint32_t apic_id, reserved0;
	struct tss { /* APM 2 12.2.5 */
		uint32_t reserved0;
		uint32_t rsp[6];
		uint32_t reserved1[2];
		uint32_t ist[14]; /* seven stacks, low and high halves */
		uint32_t reserved2[2];
		uint16_t reserved3, iomap;
	} tss;
};
_Static_assert(sizeof(struct tss) == 104, "fixed layout");

static inline unsigned percpu_number(void)
{
	uint64_t rsp;
	__asm__ volatile("mov %%rsp, %0" : "=r"(rsp));
	return (unsigned)(rsp >> PERCPU_SHIFT) & PERCPU_MASK;
}
#endif

#endif
