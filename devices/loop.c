/* SPDX-License-Identifier: ISC */
/*
 * The short way is a port access of one byte: registers only, one look into the byte map, one call of a model, the
 * answer merged into RAX. It reads no frame, takes no lock while there is one vCPU, and asks the models for a deadline
 * only after an access to one that keeps time. Everything else goes through exit_handle() or a line of `others`.
 */
#include "devices/loop.h"
#include "abi/exit.h"
#include "devices/exit.h"
#include "sdk/vcpu.h"

/* What an IN of 1, 2 or 4 bytes leaves of RAX (APM 1 3.1.2: a dword clears the upper half). */
static const uint64_t kept[5] = {0, ~UINT64_C(0xff), ~UINT64_C(0xffff), 0, 0};

static void port_in(struct machine *machine, uint16_t port, unsigned size, struct resume *resume)
{
	uint8_t owner = machine->bus.map[port];
	uint32_t value;
	if (size == 1 && owner) {
		const struct bus_range *range = &machine->bus.range[owner];
		value = (uint8_t)range->read(range->device, (uint16_t)(port - range->base), 1);
	} else {
		value = bus_read(&machine->bus, port, size);
	}
	resume->rax = (resume->rax & kept[size]) | value;
	resume->flags = RUN_ADVANCE | RUN_SET_RAX;
}

static void port_out(struct machine *machine, uint16_t port, unsigned size, struct resume *resume)
{
	uint8_t owner = machine->bus.map[port];
	if (size == 1 && owner) {
		const struct bus_range *range = &machine->bus.range[owner];
		range->write(range->device, (uint16_t)(port - range->base), 1, (uint8_t)resume->rax);
	} else {
		bus_write(&machine->bus, port, size, (uint32_t)resume->rax);
	}
	resume->flags = RUN_ADVANCE;
}

/* resume->rax holds the guest's RAX. */
static void port_access(struct layer_vcpu *vcpu, uint32_t info, struct resume *resume)
{
	struct machine *machine = vcpu->machine;
	uint16_t port = FRAME_IO_PORT(info);
	unsigned size = FRAME_IO_SIZE(info) & 7;
	machine_lock(machine);
	if (FRAME_IO_FLAGS(info) & FRAME_IO_IN)
		port_in(machine, port, size > 4 ? 4 : size, resume);
	else
		port_out(machine, port, size > 4 ? 4 : size, resume);
	if (__builtin_expect(machine->timed[machine->bus.map[port]], 0))
		machine_retime(machine, vcpu);
	machine_unlock(machine);
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
	if (detail == 0)
		vcpu->clock_msr[0] = vcpu->clock_msr[1] = 0;
}

static void (*const outcomes[])(struct layer_vcpu *vcpu, uint64_t detail, struct resume *resume) = {
        [RUN_OUT_EXIT] = on_exit, [RUN_OUT_EVENT] = on_event, [RUN_OUT_WINDOW] = 0,          [RUN_OUT_EOI] = on_eoi,
        [RUN_OUT_INTA] = on_inta, [RUN_OUT_TIMER] = on_timer, [RUN_OUT_STARTED] = on_started};

static bool is_port_access(const struct vcpu_outcome *outcome)
{
	return outcome->kind == RUN_OUT_EXIT && (uint32_t)outcome->detail == EXIT_IO &&
	       !(outcome->detail & (uint64_t)FRAME_IO_STRING << 56);
}

void loop(struct layer_vcpu *vcpu)
{
	struct machine *machine = vcpu->machine;
	struct vcpu_outcome outcome;
	struct resume resume = {0, 0};
	while (!__atomic_load_n(&machine->ended, __ATOMIC_RELAXED)) {
		if (machine->shared && machine->timer_owner != vcpu->index)
			vcpu->timer = 0; /* another vCPU waits for the models' deadline now */
		enum status status = vcpu_run(resume.flags, resume.rax, vcpu->timer, &outcome);
		if (__builtin_expect(status != OK, 0)) {
			exit_fault(vcpu, LAYER_FAULT_RUN, (uint64_t)status, resume.flags);
			return;
		}
		resume.rax = outcome.rax;
		if (__builtin_expect(is_port_access(&outcome), 1)) {
			port_access(vcpu, (uint32_t)(outcome.detail >> 32), &resume);
			continue;
		}
		resume.flags = 0;
		if (outcome.kind < sizeof outcomes / sizeof *outcomes && outcomes[outcome.kind])
			outcomes[outcome.kind](vcpu, outcome.detail, &resume);
	}
}
