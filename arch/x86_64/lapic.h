/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_LAPIC_H
#define ARCH_X86_64_LAPIC_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"

/*
 * The guest's local APIC as a pure state machine (SDM 3A chapter 11 [10 in older editions], APM 2 chapter 16):
 * no hardware access, time is an argument in TSC ticks. x2APIC register access by MSR (MSR 0x800 + offset / 16), and the
 * same registers by xAPIC offset for the layer. The state begins with the registers as hardware lays them out, so in a
 * page of its own it is a virtual-APIC page (SDM 3C 30.1) and what a layer may map read-only; what follows is ours.
 * Threads: only the owner CPU calls anything but lapic_post(), which may be called from any CPU.
 * Hot path is measured in instructions: keep EOI, highest and accept short and branch-light.
 */
#define LAPIC_NO_VECTOR 0u
/* Which of the eight words of IRR or ISR have a bit: a byte each, not 0. A byte may be set without need, never 0 wrongly;
 * all ones is always right. Bytes, so that other CPUs set them with plain stores. */
union lapic_words {
	uint64_t all;
	uint8_t of[8];
};
struct lapic_register {
	uint32_t value, reserved[3];
};
struct lapic {
	struct lapic_register reg[64]; /* offset / 16; PPR and current count are computed when read */
	union lapic_words irr, isr;    /* irr: other CPUs set bytes, after the bit */
	uint64_t base;                 /* IA32_APIC_BASE as the guest reads it */
	uint64_t deadline;             /* of the timer in TSC ticks, ~0 = not armed; all three modes end up here */
	uint64_t period;               /* the initial count in TSC ticks, 0 = not counting */
	uint32_t id, isr_top;          /* isr_top: highest vector in service, 0 = none */
	uint32_t esr_pending, extint;  /* errors since the last write of ESR; level of the INTR line into LINT0 */
	uint32_t state, nmi_pending;   /* state: LAPIC_RUNNING, LAPIC_WAIT_SIPI */
};
enum { LAPIC_RUNNING = 0, LAPIC_WAIT_SIPI = 1 };

/* What a register access asks of the caller, beyond the state itself. */
enum lapic_effect {
	LAPIC_DONE = 0,
	LAPIC_FAULT, /* #GP(0): reserved bit, read-only or absent register, or not in this mode */
	LAPIC_EOI,   /* an EOI of a level-triggered vector: *detail = vector; tell the layer. As LAPIC_RAISED besides */
	LAPIC_IPI,   /* an IPI for other (or also this) vCPUs of the subject: *detail = ICR value; see lapic_ipi_* */
	LAPIC_TIMER, /* the deadline changed */
	LAPIC_RAISED, /* what is deliverable may have changed (EOI with more pending, self IPI): see lapic_highest() again */
	LAPIC_BASE, /* APIC_BASE changed: mode transition; *detail = the new value */
};

/* Power-up state, LAPIC_RUNNING (the caller sets LAPIC_WAIT_SIPI for a vCPU that START_SIPI says). `x2apic`: reset into
 * x2APIC mode (already enabled). id 0 is the boot CPU: BSP flag in base. As on hardware the APIC is software-disabled
 * (SVR bit 8): until the guest enables it, fixed interrupts posted to it are dropped. */
void lapic_reset(struct lapic *lapic, uint32_t id, bool x2apic);
/* INIT: like reset but keeps id, base and mode; then waits for a SIPI unless it is the boot CPU (id 0 of the subject). */
void lapic_init(struct lapic *lapic);

/* MSR 0x1b, 0x6e0, 0x800..0x8ff. */
enum lapic_effect lapic_msr_read(struct lapic *lapic, uint32_t msr, uint64_t now, uint64_t *value);
enum lapic_effect lapic_msr_write(struct lapic *lapic, uint32_t msr, uint64_t value, uint64_t now, uint64_t *detail);
/* xAPIC registers by offset, for the layer. Reserved offsets read 0 and set the illegal-register bit of ESR.
 * While globally disabled all read 0 and ignore writes. */
uint32_t lapic_register_read(struct lapic *lapic, unsigned offset, uint64_t now);
enum lapic_effect lapic_register_write(struct lapic *lapic, unsigned offset, uint32_t value, uint64_t now,
                                       uint64_t *detail);

/* Pend a vector. true if the IRR bit was clear before. Vectors 0..15 are refused (ESR receive-illegal is set instead);
 * so is everything while the APIC is disabled by software or globally. */
bool lapic_post(struct lapic *lapic, unsigned vector, bool level);
/* The vector to offer to the guest now: highest pending above the processor priority, 0 = none. */
unsigned lapic_highest(const struct lapic *lapic);
/* Highest pending vector against the in-service priority only, TPR not looked at (for a hardware V_TPR), 0 = none. */
unsigned lapic_pending(const struct lapic *lapic);
/* The guest took the vector that lapic_highest() gave last: IRR -> ISR. true if more is pending: look again. */
bool lapic_accept(struct lapic *lapic, unsigned vector);
/* ExtINT: the INTR line is up, software-enabled, LINT0 unmasked with delivery mode ExtINT (or APIC globally disabled). */
bool lapic_extint_ready(const struct lapic *lapic);
/* The layer sets the level of the INTR line. With LINT0 in fixed mode a rising edge posts its vector, in NMI mode it
 * sets nmi_pending. true if one of these happened or lapic_extint_ready() became true. */
bool lapic_extint_line(struct lapic *lapic, bool raised);

/* Timer, which counts TSC ticks: post the vector for a deadline <= now, and set the next one (periodic: no drift, missed
 * rounds are one). */
void lapic_timer_run(struct lapic *lapic, uint64_t now);

/* Destination check for IPIs and interrupts: does ICR/destination `icr` mean the vCPU `self` when sent by `from`?
 * Handles physical, logical (flat, cluster, x2APIC), shorthand, broadcast. `from` = 0: an interrupt message with an
 * 8-bit destination in bits 63:56. A software-disabled APIC takes no part in lowest priority. */
bool lapic_ipi_matches(const struct lapic *self, const struct lapic *from, uint64_t icr);
enum lapic_ipi { LAPIC_IPI_VECTOR, LAPIC_IPI_NMI, LAPIC_IPI_INIT, LAPIC_IPI_SIPI, LAPIC_IPI_NONE };
/* Kind of the IPI in an ICR value (INIT de-assert, reserved modes -> NONE). Lowest priority counts as VECTOR (the
 * caller delivers to the first match). */
enum lapic_ipi lapic_ipi_kind(uint64_t icr);

#endif
