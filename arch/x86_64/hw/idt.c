/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/idt.h"
#include "abi/config.h"
#include "arch/x86_64/hw/percpu.h"
#include "arch/x86_64/insn.h"

/*
 * One IDT for all CPUs. A vector without a purpose has no gate: it ends as #GP, thus in core_panic(), not in silence.
 * The stubs of vectors.S stand STUB bytes apart, so no table of addresses is needed.
 */
#define STUB 4u
struct gate {
	uint64_t low, high;
};
static struct gate idt[256] ONCE;
_Static_assert(VECTOR_LINES == CONFIG_MAX_LINES, "a vector for each line");

extern const uint8_t vectors_exception[], vectors_line[], vector_nmi[], vector_ack_xapic[], vector_ack_x2apic[],
        vector_spurious[];

INIT_TEXT static void set(unsigned vector, const uint8_t *stub, unsigned ist)
{
	uint64_t at = (uintptr_t)stub;
	idt[vector].low = (at & 0xffff) | (uint64_t)SELECTOR_CODE << 16 | (uint64_t)ist << 32 | UINT64_C(0x8e) << 40 |
	                  (at >> 16 & 0xffff) << 48;
	idt[vector].high = at >> 32;
}

INIT_TEXT void idt_init(bool x2apic)
{
	const uint8_t *ack = x2apic ? vector_ack_x2apic : vector_ack_xapic;
	for (unsigned i = 0; i < 32; i++)
		set(i, vectors_exception + STUB * i, i == 8 || i == 18 ? IST_FATAL : 0);
	set(2, vector_nmi, IST_NMI);
	for (unsigned i = 0; i < VECTOR_LINES; i++)
		set(VECTOR_LINE + i, vectors_line + STUB * i, 0);
	set(VECTOR_KICK, ack, 0);
	set(VECTOR_TIMER, ack, 0);
	set(VECTOR_SPURIOUS, vector_spurious, 0);
}

INIT_TEXT void idt_load(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) table = {sizeof idt - 1, (uintptr_t)idt};
	__asm__ volatile("lidt %0" : : "m"(table));
}
