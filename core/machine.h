/* SPDX-License-Identifier: ISC */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/exit.h"
#include "abi/status.h"

/*
 * All that the core knows of a machine. Implemented by arch/x86_64 with amd/ or intel/, and by arch/host (the fake
 * machine of the unit tests). The core runs with interrupts off on one stack per CPU; the only places where a
 * physical interrupt is taken are machine_window() and machine_wait().
 */
struct cpu;  /* core/cpu.h */
struct vcpu; /* core/vcpu.h */
struct exit_frame;
struct hpa {
	uint64_t at; /* host-physical address */
};

struct machine_range {
	uint64_t base, size;
};

/*
 * --- start-up: all that never changes, the starter has made (start/, core/system.h). It enters the core on every CPU that
 * the configuration has, with the core's own page tables: its image W^X, stacks guarded, controllers, and what the core
 * shares with subjects; nothing else. Host-physical address = virtual address ---
 */
_Noreturn void core_cpu_main(unsigned cpu);
void core_main(void);       /* on CPU 0, by core_cpu_main() */
unsigned machine_cpu(void); /* number of the CPU we are on */

/* This CPU's window on one 4 KiB page anywhere in RAM; slot 0 or 1. Valid until the next call with the same slot. */
void *machine_page(struct cpu *cpu, unsigned slot, struct hpa page);

/* The same windows, one page at a time: at most 600 instructions each. */
void machine_page_zero(struct cpu *cpu, struct hpa page);
void machine_page_copy(struct cpu *cpu, struct hpa to, struct hpa from, unsigned bytes); /* the rest of `to` stays */

/* --- time --- */
uint64_t machine_now(void);                             /* TSC, never serialising */
void machine_timer(struct cpu *cpu, uint64_t deadline); /* one-shot; an absolute TSC; in the past: fires at once */

/* --- interrupts --- */
void machine_window(struct cpu *cpu); /* take what is pending now: calls core_interrupt_*() */
/* HLT until an interrupt; takes it. `*unless` non-zero is checked with interrupts off: then it returns at once. */
void machine_wait(struct cpu *cpu, const volatile uint64_t *unless);
void machine_kick(unsigned cpu);                    /* interrupt that CPU so that it leaves its guest or HLT */
void machine_line_mask(unsigned line, bool masked); /* by its index in the configuration; masked at first */
/* Upcalls from arch, on the CPU that took the interrupt, acknowledged already. The timer and the kick need none. */
void core_interrupt_line(unsigned cpu, unsigned line);
void core_interrupt_nmi(unsigned cpu);

/* --- console (before the first subject and in a panic only) and the end --- */
void machine_console(char c);
_Noreturn void machine_stop(void); /* safe state: interrupts off for good, HLT */
void *machine_crash_page(void);    /* one page that a warm reboot leaves alone */
_Noreturn void machine_reboot(void);
_Noreturn void machine_power_off(uint32_t port, uint32_t value); /* falls back to machine_stop */

/* --- vCPUs: only the vCPU's own CPU may call these, machine_vcpu_post() apart --- */
void machine_vcpu_open(struct vcpu *vcpu);  /* once, at start: control block from configuration and tables */
void machine_vcpu_reset(struct vcpu *vcpu); /* to the start state of config_vcpu; registers, FPU, local APIC */
/* An INIT (vector ~0) or SIPI (0..255) by another vCPU of the subject. */
void machine_vcpu_start(struct vcpu *vcpu, unsigned vector);
/*
 * Runs vCPUs on this CPU until cpu->resched is set: `vcpu` first, then whatever cpu->current says. What the
 * description's tables and the local APIC answer goes straight back to the guest; every other exit is reported by the
 * upcall core_exit(), which decides who is cpu->current next. (The fake machine returns after each exit.)
 */
void machine_run(struct cpu *cpu, struct vcpu *vcpu);
void core_exit(struct cpu *cpu, struct vcpu *vcpu, enum exit reason);
/* IN or OUT of a guest with a layer (not a string form): `info` as frame.info[0]. Returns who runs next. */
struct vcpu *core_port(struct cpu *cpu, struct vcpu *guest, uint64_t info);
/* cpu->resched is set: decide anew who runs. Returns cpu->current, 0 = back to the scheduler. May be called by the
 * machine between two vCPUs; of a vCPU's general registers it changes only those that carry a hypercall's arguments. */
struct vcpu *core_choose(struct cpu *cpu);
/* Gets `next` ready, then waits so that it is entered at `time` or very little later: the last call before the entry. */
void machine_hold(struct vcpu *next, uint64_t time);
/* The upcall for EXIT_HYPERCALL, after the machine has stepped over the instruction. */
void core_hypercall(struct cpu *cpu, struct vcpu *vcpu);
/* `next` will run on this CPU after `previous` (may be 0): FPU, debug registers and the like. A layer has none of its
 * own and never comes here; its guest stands for both. */
void machine_switch(struct cpu *cpu, struct vcpu *previous, struct vcpu *next);
/* Read in the hottest paths, so inline in vcpu_state.h: hypercall registers (0 = RAX) by vcpu_argument() and
 * vcpu_result(), the deadline of the guest's timer (~0 = none) by vcpu_deadline(), and detail[], which is frame.info of
 * the last exit. */
void machine_advance(struct vcpu *vcpu); /* past the instruction that exited */
uint64_t machine_rip(const struct vcpu *vcpu);
bool machine_fault_inject(struct vcpu *vcpu, enum exit reason); /* #GP or #UD as fits; false if it cannot be */
void machine_ignore(struct vcpu *vcpu, enum exit reason); /* EXIT_IO, EXIT_MSR: all ones into the target, advance */

/* Interrupts and time of the guest's local APIC */
bool machine_vcpu_post(struct vcpu *vcpu, unsigned vector, bool level); /* from any CPU; true if newly pending */
bool machine_vcpu_wakes(const struct vcpu *vcpu);                       /* something would end its HLT now */
void machine_vcpu_timer(struct vcpu *vcpu, uint64_t now);               /* post what has passed */

/* The layer's view of its guest: abi/frame.h. `parts` = FRAME_HAS_* */
void machine_export(struct vcpu *vcpu, struct exit_frame *frame, unsigned parts);
enum status machine_import(struct vcpu *vcpu, const struct exit_frame *frame, unsigned parts);
enum status machine_inject(struct vcpu *vcpu, uint64_t event); /* frame.inject */
void machine_extint(struct vcpu *vcpu, unsigned vector);
void machine_extint_line(struct vcpu *vcpu, bool raised);
/* The line is up, LINT0 passes it on, and the guest could take it this very moment. EXIT_WINDOW says when. */
bool machine_extint_ready(const struct vcpu *vcpu);
uint64_t machine_lapic_read(struct vcpu *vcpu, unsigned offset);
enum status machine_lapic_write(struct vcpu *vcpu, unsigned offset, uint64_t value);

#endif
