/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/msr.h"
#include "arch/x86_64/amd/amd.h"
#include "arch/x86_64/insn.h"
#include "core/scheduler.h"
#include "core/subject.h"
#include "core/system.h"

/*
 * RDMSR and WRMSR. In order of frequency: the local APIC, then the few registers that the core keeps because hardware
 * must not see the guest's value (EFER carries SVME), then the description's table. IPIs stay inside the subject.
 */
#define MSR_PAT 0x277u
#define MSR_TSC_AUX 0xc0000103u

static void finish_read(struct vcpu_state *state, uint64_t value)
{
	state->gpr[0] = (uint32_t)value;
	state->gpr[2] = value >> 32;
	state->vmcb->rip = state->next_rip;
	state->vmcb->interrupt_shadow = 0;
}

static void finish_write(struct vcpu_state *state)
{
	state->vmcb->rip = state->next_rip;
	state->vmcb->interrupt_shadow = 0;
}

static void send(struct vcpu *to, enum lapic_ipi kind, uint64_t icr, struct vcpu *from)
{
	uint64_t request = REQUEST_EVENT;

	switch (kind) {
	case LAPIC_IPI_VECTOR:
		if (!machine_vcpu_post(to, (unsigned)icr & 0xffu, false) || to == from)
			return;
		break;
	case LAPIC_IPI_NMI:
		__atomic_store_n(&to->machine.lapic->nmi_pending, 1, __ATOMIC_SEQ_CST);
		__atomic_store_n(&to->machine.check, 1, __ATOMIC_SEQ_CST);
		break;
	case LAPIC_IPI_INIT:
		request = REQUEST_INIT;
		break;
	case LAPIC_IPI_SIPI:
		__atomic_store_n(&to->sipi_vector, (uint32_t)icr & 0xffu, __ATOMIC_SEQ_CST);
		request = REQUEST_SIPI;
		break;
	case LAPIC_IPI_NONE:
		return;
	}
	vcpu_request(from->cpu, to, request, true);
}

void amd_ipi(struct vcpu *from, uint64_t icr)
{
	struct subject *subject = from->subject;
	enum lapic_ipi kind = lapic_ipi_kind(icr);
	bool lowest = kind == LAPIC_IPI_VECTOR && (icr >> 8 & 7) == 1;

	for (uint32_t i = 0; i < subject->config->vcpu.count; i++) {
		struct vcpu *to = subject->vcpu + i;
		if (!lapic_ipi_matches(to->machine.lapic, from->machine.lapic, icr))
			continue;
		send(to, kind, icr, from);
		if (lowest)
			return;
	}
}

static uint64_t lapic_effect(struct vcpu *vcpu, enum lapic_effect effect, uint64_t detail)
{
	struct vcpu_state *state = &vcpu->machine;

	switch (effect) {
	case LAPIC_FAULT:
		amd_inject(vcpu, 13, true, 0);
		return 0;
	case LAPIC_EOI:
		state->check = 1;
		state->detail[0] = detail;
		finish_write(state);
		return vcpu->layer ? EXIT_EOI + 1 : 0;
	case LAPIC_IPI:
		amd_ipi(vcpu, detail);
		break;
	case LAPIC_TIMER:
		scheduler_deadline(vcpu->cpu, state->lapic->deadline);
		break;
	case LAPIC_RAISED:
	case LAPIC_BASE:
		state->check = 1;
		break;
	case LAPIC_DONE:
		break;
	}
	finish_write(state);
	return 0;
}

/* APM 2 3.1.7: LME cannot change while paging is on; LMA is the processor's own. */
static bool write_efer(struct vcpu_state *state, uint64_t value)
{
	struct vmcb *vmcb = state->vmcb;

	if (value & ~EFER_GUEST || (vmcb->cr0 & CR0_PG && (value ^ vmcb->efer) & EFER_LME))
		return false;
	vmcb->efer = (value & ~EFER_LMA) | (vmcb->efer & EFER_LMA) | EFER_SVME;
	state->after = 1;
	vmcb->tlb_control = 1; /* NXE and LME change how translations are read */
	return true;
}

static bool pat_valid(uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		if ((value >> i * 8 & 0xff) > 7 || (value >> i * 8 & 0xff) == 2 || (value >> i * 8 & 0xff) == 3)
			return false;
	return true;
}

/* The registers that the core keeps itself: 1 = done, 0 = not one of them, -1 = #GP */
static int kept(struct vcpu_state *state, uint32_t msr, bool write, uint64_t *value)
{
	switch (msr) {
	case MSR_EFER:
		if (write)
			return write_efer(state, *value) ? 1 : -1;
		*value = state->vmcb->efer & ~EFER_SVME;
		return 1;
	case MSR_PAT:
		if (write && !pat_valid(*value))
			return -1;
		if (write)
			state->vmcb->pat = *value;
		*value = state->vmcb->pat;
		return 1;
	case MSR_TSC_AUX:
		if (write && *value >> 32)
			return -1;
		if (write) {
			state->tsc_aux = *value;
			wrmsr(MSR_TSC_AUX, *value);
		}
		*value = state->tsc_aux;
		return 1;
	default:
		return 0;
	}
}

static uint64_t from_table(struct vcpu *vcpu, uint32_t msr, bool write, uint64_t value)
{
	struct vcpu_state *state = &vcpu->machine;

	if (!write) { /* a register that is read in a loop is found without a search */
		const struct config_msr *record = state->msr_last;
		if (!record || record->msr != msr)
			record = state->msr_last = msr_find(state->msr, state->msr_count, msr);
		if (record && record->action == MSR_VALUE) {
			finish_read(state, record->value);
			return 0;
		}
	}
	enum msr_result result = write ? msr_write(state->msr, state->msr_count, state->msr_store, msr, value)
	                               : msr_read(state->msr, state->msr_count, state->msr_store, msr, &value);

	if (result == MSR_DONE) {
		if (write)
			finish_write(state);
		else
			finish_read(state, value);
		return 0;
	}
	state->detail[0] = msr | (uint64_t)write << 32;
	state->detail[1] = write ? value : 0;
	state->detail[2] = result == MSR_TO_LAYER;
	return EXIT_MSR + 1;
}

uint64_t amd_msr(struct vcpu *vcpu, bool write)
{
	struct vcpu_state *state = &vcpu->machine;
	uint32_t msr = (uint32_t)state->gpr[1];
	uint64_t value = (uint32_t)state->gpr[0] | state->gpr[2] << 32, detail = 0;

	if ((msr >= MSR_X2APIC && msr < MSR_X2APIC + 0x100) || msr == MSR_TSC_DEADLINE || msr == MSR_APIC_BASE) {
		if (write) {
			enum lapic_effect effect = lapic_msr_write(state->lapic, msr, value, machine_now(), &detail);
			return lapic_effect(vcpu, effect, detail);
		}
		if (lapic_msr_read(state->lapic, msr, machine_now(), &value) == LAPIC_FAULT)
			amd_inject(vcpu, 13, true, 0);
		else
			finish_read(state, value);
		return 0;
	}
	int done = kept(state, msr, write, &value);
	if (done < 0)
		amd_inject(vcpu, 13, true, 0);
	else if (done && write)
		finish_write(state);
	else if (done)
		finish_read(state, value);
	else
		return from_table(vcpu, msr, write, value);
	return 0;
}

void machine_ignore(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t info = state->detail[0];

	if (state->vmcb->exit_code == VMEXIT_MSR && !(state->vmcb->exit_info1 & 1)) {
		finish_read(state, ~UINT64_C(0));
		return;
	}
	if (state->vmcb->exit_code == VMEXIT_IOIO &&
	    (FRAME_IO_FLAGS(info) & (FRAME_IO_IN | FRAME_IO_STRING)) == FRAME_IO_IN) {
		uint64_t mask = FRAME_IO_SIZE(info) == 1 ? 0xff : FRAME_IO_SIZE(info) == 2 ? 0xffff : 0xffffffff;
		state->gpr[0] = mask == 0xffffffff ? mask : state->gpr[0] | mask;
	}
	finish_write(state);
}

uint64_t machine_lapic_read(struct vcpu *vcpu, unsigned offset)
{
	return lapic_register_read(vcpu->machine.lapic, offset, machine_now());
}

enum status machine_lapic_write(struct vcpu *vcpu, unsigned offset, uint64_t value)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t detail = 0, ended = 0;

	if (value >> 32)
		return ERR_ARGUMENT;
	switch (lapic_register_write(state->lapic, offset, (uint32_t)value, machine_now(), &detail)) {
	case LAPIC_FAULT:
		return ERR_ARGUMENT;
	case LAPIC_IPI:
		amd_ipi(vcpu, detail);
		break;
	case LAPIC_TIMER:
		scheduler_deadline(vcpu->cpu, state->lapic->deadline);
		break;
	case LAPIC_EOI:
		ended = detail; /* the vector: the layer tells its own IOAPIC */
		break;
	default:
		break;
	}
	vcpu_result(&vcpu->layer->machine, 1, ended); /* not before: a refused call leaves the registers alone */
	state->check = 1;
	return OK;
}
