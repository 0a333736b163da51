/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_MACHINE_H
#define DEVICES_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/frame.h"
#include "abi/info.h"
#include "devices/acpi.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/debug.h"
#include "devices/decode/decode.h"
#include "devices/decode/walk.h"
#include "devices/firmware.h"
#include "devices/guest_memory.h"
#include "devices/ide.h"
#include "devices/host_bridge.h"
#include "devices/hpet.h"
#include "devices/ioapic.h"
#include "devices/isa.h"
#include "devices/kvm_clock.h"
#include "devices/mmio_map.h"
#include "devices/pci.h"
#include "devices/pic.h"
#include "devices/piix3.h"
#include "devices/pit.h"
#include "devices/pm.h"
#include "devices/reset.h"
#include "devices/rtc.h"
#include "devices/serial.h"
#include "devices/serial_link.h"

/*
 * The guest's machine: the models, wired as in a PC, and what joins them to the core: interrupts go out by hypercall,
 * serial lines by channel, time is the TSC. One per layer. With more than one guest vCPU whoever touches anything but
 * its own `struct layer_vcpu` holds the lock (machine_lock).
 */
#define MACHINE_VCPUS 16u
#define MACHINE_ACPI_BASE 0xe0000u
#define MACHINE_ACPI_BYTES 0x4000u
#define MACHINE_MP_TABLE_BASE 0xf0000u
#define MACHINE_DEBUG_LINE 64u
#define MACHINE_MTRRS 49u

struct machine;

/* An answer and what it was an answer to; good as long as both are the same. */
#define MACHINE_WALKS 4u
#define MACHINE_CODES 8u
struct walk_memo {
	uint64_t page;
	uint32_t access, valid;
	struct walk_result result; /* of the page's first byte */
};
struct code_memo {
	uint64_t linear;
	const uint8_t *at; /* all bytes, where they lie in the guest's memory; 0: they do not lie in one page of it */
	uint32_t mode, valid;
	uint64_t move; /* a plain MOV: the FRAME_MEMORY_* bits of an exit it makes; else EXIT_MOVE_NOT */
	uint8_t bytes[16];
	struct instruction instruction;
	struct walk_result walk;
};
/* What walks and decoding depend on besides; when it changes, all are forgotten. */
struct walk_state {
	uint64_t cr0, cr3, cr4, efer, flags; /* flags: RFLAGS.AC and CPL */
};

/* One per guest vCPU; touched only by the layer vCPU of the same number. */
struct layer_vcpu {
	struct machine *machine;
	struct exit_frame *frame;
	uint32_t index;
	uint64_t timer; /* what this layer vCPU asks to be woken for: absolute TSC, 0 = nothing */
	uint64_t clock_msr[2];
	uint64_t mtrr[MACHINE_MTRRS]; /* MSRs 200..20f, 250..26f, 2ff: kept, of no effect */
	uint64_t fault_gpa;           /* of the memory exit being handled */
	uint32_t ldr, dfr; /* logical destination registers as the guest set them in xAPIC mode; ldr 0: it did not */
	bool cr2_changed;
	bool fault_is_operand; /* fault_gpa is where the CPU found the instruction's only memory operand */
	/* What was walked and decoded last: devices/guest_access.c. */
	struct walk_state state;
	struct walk_memo walked[MACHINE_WALKS];
	struct code_memo code[MACHINE_CODES];
};

/* A model with a deadline (devices/clock.h), and one with a back end that may have news. */
#define MACHINE_TIMERS 24u
struct machine_timer {
	uint64_t (*deadline)(const void *device);
	void (*run)(void *device, uint64_t now_ns);
	void *device;
};
#define MACHINE_POLLS 24u
struct machine_poll {
	void (*poll)(void *device);
	void *device;
};
#define MACHINE_POOL_BYTES (512u << 10) /* for the structs of the models that a description names */

struct machine {
	struct bus bus;
	struct mmio_map mmio;
	bool attention; /* a deadline may have moved, or the guest has ended: the loop looks */
	bool shared;    /* more than one guest vCPU: the lock is used */
	uint32_t lock;
	uint32_t ready; /* vCPU 0 has built everything */
	uint32_t vcpu_count;
	uint32_t timer_owner; /* the vCPU that waits for the machine's deadline */
	uint64_t rest_until;  /* the models' timers fire no earlier, in the clock's ns */
	bool ended;           /* the guest asked for its end; the loop stops at the next turn */
	struct layer_vcpu vcpu[MACHINE_VCPUS];

	struct guest_memory memory;
	struct kvm_clock kvm_clock;
	struct device_clock clock;
	struct pic pic;
	struct ioapic ioapic;
	struct isa isa;
	bool intr, intr_told; /* level of the PIC's output, and what the core was told */
	struct pit pit;
	struct rtc rtc;
	struct pm pm;
	struct pci pci;
	struct pci_function host_bridge;
	struct piix3 piix3;
	struct hpet hpet;
	struct firmware *firmware; /* 0: started directly */
	bool has_screen;           /* VGA, keyboard and mouse */
	struct reset reset;
	struct debug debug;
	struct serial serial[SERIAL_PLACES];
	struct serial_link link[SERIAL_PLACES];
	uint8_t serial_index[SERIAL_PLACES]; /* which of them are wired, in order */
	uint32_t serial_count;
	struct serial_link debug_link; /* where the debug ports print; not open: the first serial port's console */
	char debug_line[MACHINE_DEBUG_LINE];
	uint32_t debug_length;

	/* Devices that the description gives this guest: devices/devices.c. */
	struct machine_timer timer[MACHINE_TIMERS];
	struct machine_poll poll[MACHINE_POLLS];
	uint32_t timer_count, poll_count;
	struct ide *ide; /* 0: no drive is described */
	uint32_t pool_used;
	uint64_t pool[MACHINE_POOL_BYTES / sizeof(uint64_t)];
};

/* Builds everything from the information page; 0, or what is wrong with the description. */
const char *machine_init(struct machine *machine);
/* What firmware would do, for a guest that is started without: registers, ACPI tables in its memory, local APIC. */
const char *machine_without_firmware(struct machine *machine);
/* What the ACPI tables have to say now. */
void machine_acpi(const struct machine *machine, struct acpi_machine *acpi);

/* --- for models at start; false: there is no room, or no such pin --- */
void *machine_alloc(struct machine *machine, size_t bytes); /* zeroed, aligned to 8; 0: full */
bool machine_add_timer(struct machine *machine, const struct machine_timer *timer);
bool machine_add_poll(struct machine *machine, const struct machine_poll *poll);
struct pin machine_isa_pin(struct machine *machine, unsigned irq);
/* On bus 0 at `devfn`; 0: the next device that is free. */
bool machine_connect(struct machine *machine, unsigned devfn, struct pci_function *function);
/* The expansion ROM of a device that the description gives one; before machine_connect. */
void machine_rom(struct pci_function *function, const struct info_device *device);
void machine_restart_guest(struct machine *machine); /* as if it had reset itself */
void machine_stop_guest(struct machine *machine);    /* as if it had switched itself off */
void machine_end(struct machine *machine);           /* the core has been told of the guest's end: the loop returns */

/* Lock of the shared state: taken only if there is more than one vCPU; waits by giving the CPU away, never spins. */
void machine_lock_slow(struct machine *machine);
static inline void machine_lock(struct machine *machine)
{
	if (machine->shared && __atomic_exchange_n(&machine->lock, 1, __ATOMIC_ACQUIRE))
		machine_lock_slow(machine);
}
static inline void machine_unlock(struct machine *machine)
{
	if (machine->shared)
		__atomic_store_n(&machine->lock, 0, __ATOMIC_RELEASE);
}

/* --- with the lock held --- */
void machine_run_timers(struct machine *machine);                      /* let the models act on what is due */
void machine_retime(struct machine *machine, struct layer_vcpu *vcpu); /* this vCPU waits for the next deadline */
void machine_poll(struct machine *machine);                            /* the back ends have news */
void machine_print(struct machine *machine, const char *text);         /* on the guest's console */

#endif
