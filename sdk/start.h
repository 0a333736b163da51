/* SPDX-License-Identifier: ISC */
#ifndef SDK_START_H
#define SDK_START_H

#include <stdint.h>

/*
 * Start-up (sdk/x86_64/start.S): each vCPU enters in flat 32-bit mode, gets the page tables, its own stack and the
 * common GDT and IDT, and calls on vCPU 0 main(), on the others secondary_main(vcpu). After either returns, that vCPU
 * waits for ever.
 * One stack of 16 KiB unless a file of the application says START_STACKS(vcpus, bytes); an extra vCPU without a stack
 * halts. `bytes` is a multiple of 16.
 */
int main(void);
void secondary_main(unsigned vcpu); /* weak: returns at once */
#define START_STACKS(vcpus, bytes)                                           \
	uint8_t start_stack[(vcpus) * (bytes)] __attribute__((aligned(16))); \
	const uint32_t start_stack_bytes = (bytes), start_stack_count = (vcpus)
extern uint8_t start_stack[];
extern const uint32_t start_stack_bytes, start_stack_count;
/* This vCPU's number within the subject. */
unsigned start_vcpu(void);

#endif
