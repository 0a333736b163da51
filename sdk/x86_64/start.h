/* SPDX-License-Identifier: ISC */
#ifndef SDK_X86_64_START_H
#define SDK_X86_64_START_H

#include <stdint.h>

/* What start.S, start.c, exception.c, interrupt.c and memory.c share; not for applications. */
extern uint64_t start_root[512], start_pointers[512]; /* page tables: root, and the first 512 GiB */
extern uint8_t hypercall_intel;
void start_vcpu_main(unsigned vcpu);
void exception_load(void); /* loads the IDT with the exceptions set */
void exception_gate(unsigned vector, uintptr_t entry);
struct exception_stack { /* what exception_entry.S leaves, then what the CPU pushed (APM 2 8.9) */
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};
void exception_report(const struct exception_stack *stack);
extern const uint8_t exception_entry[]; /* 32 entries of EXCEPTION_ENTRY_BYTES */
#define EXCEPTION_ENTRY_BYTES 16
extern const uint8_t interrupt_entry[]; /* 224 entries of INTERRUPT_ENTRY_BYTES */
#define INTERRUPT_ENTRY_BYTES 16
void interrupt_dispatch(uint64_t vector);

#endif
