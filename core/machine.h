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

/* Pool pages the back end asks system_pages() for: what placement has to reserve. */
struct placement_costs;
const struct placement_costs *machine_costs(void);

/* --- start-up: arch calls core_main() once on CPU 0 with this --- */
#define BOOT_RANGES 64u
struct boot_info {
	struct hpa package; /* the first boot module */
	uint64_t package_size;
	struct machine_range memory[BOOT_RANGES]; /* usable RAM, sorted, not overlapping, whole pages */
	uint32_t memory_count;
	struct machine_range reserved[8]; /* inside it: core image, boot data, first MiB */
	uint32_t reserved_count;
	uint32_t cpu_count;  /* CPUs found and usable */
	uint64_t entry_tsc;  /* read first of all */
	uint64_t phys_limit; /* first address beyond what the CPU can name */
};
void core_main(const struct boot_info *boot);
/* arch calls this on every CPU (0 included) after core_main has returned; never returns. */
void core_cpu_main(unsigned cpu);

/* Starts CPUs 1..count-1; each ends in core_cpu_main(). ERR_FEATURE if one does not answer or its TSC is not in step. */
enum status machine_cpus_start(unsigned count);
/* Does this CPU have what the back end needs? On failure *what names the missing thing. */
enum status machine_check(const char **what);
void machine_cpu_open(
        unsigned cpu);         /* the same CPU gets ready to run vCPUs; each CPU but 0, which machine_check readies */
uint32_t machine_vendor(void); /* enum cpu_vendor of abi/info.h */
/* The core's own read-only image, for the self test. */
struct machine_range machine_image(void);
uint64_t machine_image_bytes(void); /* all of the core's image in RAM, stacks included */
unsigned machine_cpu(void);         /* number of the CPU we are on */
struct table_format;
const struct table_format *machine_table_format(void);
/* Host CPUID, for the check of config_feature. regs in the order of enum cpuid_register. */
void machine_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4]);

/*
 * Final address space of the core: its own image W^X, stacks guarded, controllers, and these ranges; nothing else.
 * Host-physical address = virtual address. Called once, after everything that needs all of RAM is done.
 */
struct machine_map {
	uint64_t base, size;
	bool writable;
};
void machine_protect(const struct machine_map *maps, unsigned count);
/* This CPU's window on one 4 KiB page anywhere in RAM; slot 0 or 1. Valid until the next call with the same slot. */
void *machine_page(struct cpu *cpu, unsigned slot, struct hpa page);

/* The same windows, one page at a time: at most 600 instructions each. */
void machine_page_zero(struct cpu *cpu, struct hpa page);
void machine_page_copy(struct cpu *cpu, struct hpa to, struct hpa from, unsigned bytes); /* the rest of `to` stays */

/* --- time --- */
uint64_t machine_now(void); /* TSC, never serialising */
uint64_t machine_tsc_khz(void);
void machine_timer(struct cpu *cpu, uint64_t deadline); /* one-shot; an absolute TSC; in the past: fires at once */

/* --- interrupts --- */
void machine_window(struct cpu *cpu); /* take what is pending now: calls core_interrupt_*() */
/* HLT until an interrupt; takes it. `*unless` non-zero is checked with interrupts off: then it returns at once. */
void machine_wait(struct cpu *cpu, const volatile uint64_t *unless);
void machine_kick(unsigned cpu); /* interrupt that CPU so that it leaves its guest or HLT */
#define MACHINE_LINE_LEVEL 1u
#define MACHINE_LINE_LOW 2u
enum status machine_line_open(unsigned gsi, unsigned flags, unsigned cpu, unsigned line); /* masked at first */
void machine_line_mask(unsigned gsi, bool masked);
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
enum status machine_vcpu_open(struct vcpu *vcpu); /* once, at start: control block from configuration and tables */
void machine_vcpu_reset(struct vcpu *vcpu);       /* to the start state of config_vcpu; registers, FPU, local APIC */
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
