/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_VCPU_VCPU_H
#define ARCH_X86_64_VCPU_VCPU_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/frame.h"
#include "arch/x86_64/insn.h"
#include "core/vcpu.h"

/*
 * What a vCPU is on x86-64 whatever the vendor: this folder; and what a vendor's folder adds to it. The vendor's inline
 * accessors, vendor_NAME() of its vendor.h, are found by -I like vcpu_state.h, so the choice is one of files. They
 * read and write the control block of the vCPU whose exit is being answered; whoever comes from the core, where another
 * one may have been entered since, calls vendor_select() first.
 */
#define CR0_RESET UINT64_C(0x60000010)
#define EFER_GUEST (UINT64_C(1) | EFER_LME | EFER_LMA | UINT64_C(1) << 11) /* SCE, LME, LMA, NXE */
#define PAT_RESET UINT64_C(0x0007040600070406)
/* Events for the next entry, in the form of frame.inject, which is both vendors' */
#define EVENT_VALID (UINT64_C(1) << 31)
#define EVENT_ERROR_VALID (UINT64_C(1) << 11)
#define EVENT_TYPE(event) ((unsigned)((event) >> 8) & 7u)
#define EVENT_NMI (EVENT_VALID | UINT64_C(2) << 8 | 2)
enum { VECTOR_DB = 1, VECTOR_UD = 6, VECTOR_GP = 13, VECTOR_AC = 17, VECTOR_MC = 18 };

/* --- of the vendor: entry.S --- */
void vcpu_enter(struct vcpu *vcpu);
/* Called after every exit: the vCPU to enter next; 0 = a decision of the scheduler is due; VCPU_EXIT_FULL = nothing is
 * decided yet, call vcpu_exit_full() with all registers stored. exit.c of the vendor, by one of the handlers below */
struct vcpu *vcpu_exit(struct vcpu *vcpu);
#define VCPU_EXIT_FULL ((struct vcpu *)1)
/* What only the vendor knows of the last exit: fills state.detail. 0 = answered, else enum exit + 1 */
uint64_t vendor_answer(struct vcpu *vcpu);
/* Before an entry, when state.check is set: offer what the local APIC has. */
struct vcpu *vendor_arm(struct vcpu *vcpu); /* returns it */
/* The control block, once; and its start state: real mode, without segments. */
void vendor_open(struct vcpu *vcpu, void *page);
void vendor_reset(struct vcpu_state *state);
/* The parts (FRAME_HAS_*) that are not general registers. What is imported is sound, so far as both vendors have it. */
void vendor_export(struct vcpu_state *state, struct exit_frame *frame, unsigned parts);
void vendor_import(struct vcpu_state *state, const struct exit_frame *frame, unsigned parts);
void vendor_import_segments(struct vcpu_state *state, const struct frame_segment segment[FRAME_SEGMENTS]);

/* --- of this folder: exit.c --- */
struct vcpu *vcpu_exit_full(struct vcpu *vcpu);
struct vcpu *exit_hypercall(struct vcpu *vcpu);
struct vcpu *exit_cpuid(struct vcpu *vcpu);
struct vcpu *exit_msr(struct vcpu *vcpu, bool write);
struct vcpu *exit_port(struct vcpu *vcpu);
struct vcpu *exit_interrupt(struct vcpu *vcpu);
/* Every other: counted and written down; `length` of the instruction where the hardware is silent, 0 = not one. */
struct vcpu *exit_other(struct vcpu *vcpu, enum exit reason, uint32_t length);
uint64_t exit_xsetbv(struct vcpu *vcpu);
void vcpu_advance(struct vcpu_state *state);
/* RDMSR, WRMSR outside the permission map. msr.c: 0 = answered, else enum exit + 1 */
uint64_t vcpu_msr(struct vcpu *vcpu, bool write);
/* interrupt.c */
void vcpu_inject(struct vcpu *vcpu, unsigned vector, bool has_error, uint32_t error);
/* open.c */
/* Part of a restart, so of a stranger's frame start: one instruction for each eight bytes. */
void vcpu_zero(void *at, uint64_t bytes);
#endif
