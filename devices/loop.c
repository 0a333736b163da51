/* SPDX-License-Identifier: ISC */
/*
 * The short way is a port access of one byte: registers only, one look into the byte map, one call of a model, the
 * answer merged into RAX. It reads no frame, takes no lock while there is one vCPU, and looks at one flag afterwards:
 * whether a deadline has moved or the guest has ended. Everything else is a line of `outcomes`.
 */
#include "devices/loop.h"
#include "abi/exit.h"
#include "devices/exit.h"
#include "devices/interrupt.h"
#include "sdk/vcpu.h"

/* info[31:16] of a port access: size and FRAME_IO_* */
enum { BYTE_OUT = 1, BYTE_IN = 1 | FRAME_IO_IN << 8, STRING = FRAME_IO_STRING << 8 };

/* An access of two or four bytes. What an IN leaves of RAX: APM 1 3.1.2, a dword clears the upper half. */
static void wide_access(struct machine *machine, uint16_t port, unsigned what, struct resume *resume)
{
	unsigned size = what & 4 ? 4 : 2;
	if (what & FRAME_IO_IN << 8) {
		uint64_t kept = size == 4 ? 0 : resume->rax & ~UINT64_C(0xffff);
		resume->rax = kept | bus_read(&machine->bus, port, size);
		resume->flags = RUN_ADVANCE | RUN_SET_RAX;
	} else {
		bus_write(&machine->bus, port, size, (uint32_t)resume->rax);
		resume->flags = RUN_ADVANCE;
	}
}

/* Not a string access. resume->rax holds the guest's RAX. */
static inline void port_access(struct machine *machine, uint16_t port, unsigned what, struct resume *resume)
{
	const struct bus_range *range = &machine->bus.range[machine->bus.map[port]];
	uint16_t offset = (uint16_t)(port - range->base);
	if (what == BYTE_IN) {
		uint32_t value = range->read(range->device, offset, 1);
		resume->rax = (resume->rax & ~UINT64_C(0xff)) | (uint8_t)value;
		resume->flags = RUN_ADVANCE | RUN_SET_RAX;
	} else if (what == BYTE_OUT) {
		range->write(range->device, offset, 1, (uint8_t)resume->rax);
		resume->flags = RUN_ADVANCE;
	} else {
		wide_access(machine, port, what, resume);
	}
}

static void on_exit(struct layer_vcpu *vcpu, uint64_t detail, struct resume *resume)
{
	machine_lock(vcpu->machine);
	exit_handle(vcpu, (uint32_t)detail, (uint32_t)(detail >> 32), resume);
	machine_unlock(vcpu->machine);
}

static void on_event(struct layer_vcpu *vcpu, uint64_t detail, struct resume *resume)
{
	(void)detail;
	(void)resume;
	machine_lock(vcpu->machine);
	machine_poll(vcpu->machine);
	machine_unlock(vcpu->machine);
}

static void on_eoi(struct layer_vcpu *vcpu, uint64_t detail, struct resume *resume)
{
	(void)resume;
	machine_lock(vcpu->machine);
	ioapic_eoi(&vcpu->machine->ioapic, (uint8_t)detail);
	machine_unlock(vcpu->machine);
}

static void on_inta(struct layer_vcpu *vcpu, uint64_t detail, struct resume *resume)
{
	(void)detail;
	machine_lock(vcpu->machine);
	resume->flags = RUN_EXTINT | RUN_VECTOR(pic_acknowledge(&vcpu->machine->pic));
	machine_unlock(vcpu->machine);
}

static void on_timer(struct layer_vcpu *vcpu, uint64_t detail, struct resume *resume)
{
	(void)detail;
	(void)resume;
	machine_lock(vcpu->machine);
	machine_run_timers(vcpu->machine);
	machine_retime(vcpu->machine, vcpu);
	machine_unlock(vcpu->machine);
}

/* INIT takes the clock page away, as KVM does; a SIPI needs nothing. */
static void on_started(struct layer_vcpu *vcpu, uint64_t detail, struct resume *resume)
{
	(void)resume;
	if (detail - 1 < 255) /* a SIPI; INIT is 0 or no vector */
		return;
	vcpu->clock_msr[0] = vcpu->clock_msr[1] = 0;
	vcpu->ldr = 0;
	vcpu->dfr = ~UINT32_C(0);
}

static void (*const outcomes[])(struct layer_vcpu *vcpu, uint64_t detail,
                                struct resume *resume) = {[RUN_OUT_EVENT] = on_event,
                                                          [RUN_OUT_EOI] = on_eoi,
                                                          [RUN_OUT_INTA] = on_inta,
                                                          [RUN_OUT_TIMER] = on_timer,
                                                          [RUN_OUT_STARTED] = on_started};

static void others(struct layer_vcpu *vcpu, const struct vcpu_outcome *outcome, struct resume *resume)
{
	resume->flags = 0;
	if (outcome->kind == RUN_OUT_EXIT)
		on_exit(vcpu, outcome->detail, resume);
	else if (outcome->kind < sizeof outcomes / sizeof *outcomes && outcomes[outcome->kind])
		outcomes[outcome->kind](vcpu, outcome->detail, resume);
}

/* vCPU 0 passes on what others did to the PIC. */
static void pass_on(struct layer_vcpu *vcpu)
{
	struct machine *machine = vcpu->machine;
	if (vcpu->index != 0 || !machine->shared)
		return;
	machine_lock(machine);
	interrupt_tell(machine);
	machine_unlock(machine);
}

/* After anything but a port access. */
static void look(struct layer_vcpu *vcpu)
{
	struct machine *machine = vcpu->machine;
	if (!__atomic_load_n(&machine->attention, __ATOMIC_RELAXED))
		return;
	machine_lock(machine);
	machine_retime(machine, vcpu);
	machine_unlock(machine);
}

static bool ended(const struct machine *machine)
{
	return __atomic_load_n(&machine->ended, __ATOMIC_RELAXED);
}

/* Two copies are made of this, so that the one for a single vCPU has no trace of the lock. */
static inline __attribute__((always_inline)) void run(struct layer_vcpu *vcpu, bool shared)
{
	struct machine *machine = vcpu->machine;
	struct vcpu_outcome outcome;
	struct resume resume = {0, 0};
	for (;;) {
		if (shared && machine->timer_owner != vcpu->index)
			vcpu->timer = 0; /* another vCPU waits for the models' deadline now */
		uint64_t status = vcpu_run(resume.flags, resume.rax, vcpu->timer, &outcome);
		unsigned what = (unsigned)(outcome.detail >> 48);
		bool port = (status | outcome.kind | ((uint32_t)outcome.detail ^ EXIT_IO)) == 0 && !(what & STRING);
		resume.rax = outcome.rax;
		if (__builtin_expect(port, 1)) {
			uint16_t at = (uint16_t)(outcome.detail >> 32);
			if (shared)
				machine_lock(machine);
			port_access(machine, at, what, &resume);
			bool attention = machine->attention;
			if (__builtin_expect(attention, 0))
				machine_retime(machine, vcpu);
			if (shared)
				machine_unlock(machine);
			if (!attention)
				continue;
		} else if (status) {
			exit_fault(vcpu, LAYER_FAULT_RUN, status, resume.flags);
		} else {
			others(vcpu, &outcome, &resume);
			pass_on(vcpu);
			look(vcpu);
		}
		if (ended(machine))
			return;
	}
}

void loop(struct layer_vcpu *vcpu)
{
	if (vcpu->machine->shared)
		run(vcpu, true);
	else
		run(vcpu, false);
}
