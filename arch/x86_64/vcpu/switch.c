/* SPDX-License-Identifier: ISC */
#include "vendor.h"
#include "arch/x86_64/hw/given.h"

/*
 * From one restart unit to another: what an entry does not switch. Everything the CPU has is loaded, so nothing of
 * the subject before is left.
 */
/* XSETBV is dear on silicon: only when it changes something. */
static void set_xcr0(uint64_t *live, uint64_t value)
{
	if (*live == value)
		return;
	__asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
	*live = value;
}

/* XCR0 is read back: not every implementation lets XSETBV be intercepted (QEMU 7.2 does not). */
static void save_extended(struct vcpu_state *state, uint64_t live)
{
	state->xcr0 = (live & state->xcr0_max) | 1;
	if (state->xcr0_max)
		__asm__ volatile("xsave64 (%0)"
		                 :
		                 : "r"(state->xsave), "a"((uint32_t)state->xcr0_max), "d"(0)
		                 : "memory");
	__asm__("mov %%db0, %0" : "=r"(state->dr[0]));
	__asm__("mov %%db1, %0" : "=r"(state->dr[1]));
	__asm__("mov %%db2, %0" : "=r"(state->dr[2]));
	__asm__("mov %%db3, %0" : "=r"(state->dr[3]));
}

static bool same_debug(const uint64_t *a, const uint64_t *b)
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

static void load_debug(const uint64_t *dr)
{
	__asm__ volatile("mov %0, %%db0" : : "r"(dr[0]));
	__asm__ volatile("mov %0, %%db1" : : "r"(dr[1]));
	__asm__ volatile("mov %0, %%db2" : : "r"(dr[2]));
	__asm__ volatile("mov %0, %%db3" : : "r"(dr[3]));
}

/*
 * All components are loaded, not only the granted ones: what the area does not hold is initialised (APM 4 XRSTOR), so a
 * subject finds nothing of the one before it, not even in registers that its description leaves out: SSE needs no XCR0
 * bit. What is dear on silicon is left alone where it holds the value already: what was saved a moment ago is live.
 */
void machine_switch(struct cpu *cpu, struct vcpu *previous, struct vcpu *next)
{
	const struct vcpu_state *to = &next->machine;
	uint32_t low, high;

	(void)cpu;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	uint64_t was = low | (uint64_t)high << 32, live = was;
	set_xcr0(&live, given.xcr0);
	if (previous) {
		save_extended(&previous->machine, was);
		vendor_save(&previous->machine);
	}
	__asm__ volatile("xrstor64 (%0)"
	                 :
	                 : "r"(to->xsave), "a"((uint32_t)given.xcr0), "d"((uint32_t)(given.xcr0 >> 32))
	                 : "memory");
	set_xcr0(&live, to->xcr0);
	if (!previous || !same_debug(previous->machine.dr, to->dr))
		load_debug(to->dr);
	if (!previous || previous->machine.tsc_aux != to->tsc_aux)
		wrmsr(0xc0000103u, to->tsc_aux);
	vendor_load(to);
}
