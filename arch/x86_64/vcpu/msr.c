/* SPDX-License-Identifier: ISC */
#include "vendor.h"
#include "arch/x86_64/msr.h"
#include "core/scheduler.h"
#include "core/subject.h"

/*
 * RDMSR and WRMSR. In order of frequency: the local APIC, then the few registers that the core keeps because hardware
 * must not see the guest's value (EFER carries SVME), then the description's table. IPIs stay inside the subject.
 */
#define MSR_PAT 0x277u
#define MSR_TSC_AUX 0xc0000103u

static inline void finish(struct vcpu_state *state, bool write, uint64_t value)
{
	if (!write) {
		state->gpr[0] = (uint32_t)value;
		state->gpr[2] = value >> 32;
	}
	vcpu_advance(state);
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

static __attribute__((noinline)) void send_ipi(struct vcpu *from, uint64_t icr)
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

/* What an access to the local APIC asks for. LAPIC_FAULT never comes here. */
static inline __attribute__((always_inline)) void follow(struct vcpu *vcpu, enum lapic_effect effect, uint64_t detail)
{
	if (effect == LAPIC_TIMER)
		scheduler_deadline(vcpu->cpu, vcpu->machine.lapic->deadline);
	else if (effect == LAPIC_IPI)
		send_ipi(vcpu, detail);
	else if (effect != LAPIC_DONE)
		vcpu->machine.check = 1;
}

static uint64_t write_lapic(struct vcpu *vcpu, uint32_t msr, uint64_t value)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t detail = 0;
	enum lapic_effect effect = lapic_msr_write(state->lapic, msr, value, machine_now(), &detail);

	if (effect == LAPIC_FAULT) {
		vcpu_inject(vcpu, VECTOR_GP, true, 0);
		return 0;
	}
	follow(vcpu, effect, detail);
	vcpu_advance(state);
	if (effect != LAPIC_EOI || !vcpu->layer)
		return 0;
	state->detail[0] = detail;
	return EXIT_EOI + 1;
}

/* APM 2 3.1.7: LME cannot change while paging is on; LMA is the processor's own. */
static bool write_efer(struct vcpu_state *state, uint64_t value)
{
	uint64_t before = vendor_efer(state);

	if (value & ~EFER_GUEST || (vendor_get(state, cr0) & CR0_PG && (value ^ before) & EFER_LME))
		return false;
	vendor_set_efer(state, (value & ~EFER_LMA) | (before & EFER_LMA));
	vendor_flush(state); /* NXE and LME change how translations are read */
	return true;
}

/* The registers that the core keeps itself: 1 = done, 0 = not one of them, -1 = #GP */
static int kept(struct vcpu_state *state, uint32_t msr, bool write, uint64_t *value)
{
	switch (msr) {
	case MSR_EFER:
		if (write)
			return write_efer(state, *value) ? 1 : -1;
		*value = vendor_efer(state);
		return 1;
	case MSR_PAT:
		if (write && !msr_pat_valid(*value))
			return -1;
		if (write)
			vendor_set(state, pat, *value);
		*value = vendor_get(state, pat);
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
			finish(state, false, record->value);
			return 0;
		}
	}
	enum msr_result result = write ? msr_write(state->msr, state->msr_count, state->msr_store, msr, value)
	                               : msr_read(state->msr, state->msr_count, state->msr_store, msr, &value);

	if (result == MSR_DONE) {
		finish(state, write, value);
		return 0;
	}
	state->detail[0] = msr | (uint64_t)write << 32;
	state->detail[1] = write ? value : 0;
	state->detail[2] = result == MSR_TO_LAYER;
	return EXIT_MSR + 1;
}

uint64_t vcpu_msr(struct vcpu *vcpu, bool write)
{
	struct vcpu_state *state = &vcpu->machine;
	uint32_t msr = (uint32_t)state->gpr[1];
	uint64_t value = (uint32_t)state->gpr[0] | state->gpr[2] << 32;
	int done;

	if ((msr >= MSR_X2APIC && msr < MSR_X2APIC + 0x100) || msr == MSR_TSC_DEADLINE || msr == MSR_APIC_BASE) {
		if (write)
			return write_lapic(vcpu, msr, value);
		done = lapic_msr_read(state->lapic, msr, machine_now(), &value) == LAPIC_FAULT ? -1 : 1;
	} else {
		done = kept(state, msr, write, &value);
	}
	if (!done)
		return from_table(vcpu, msr, write, value);
	if (done < 0)
		vcpu_inject(vcpu, VECTOR_GP, true, 0);
	else
		finish(state, write, value);
	return 0;
}

void machine_ignore(struct vcpu *vcpu, enum exit reason)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t info = state->detail[0];

	vendor_select(state);
	if (reason == EXIT_MSR && !(info >> 32)) {
		finish(state, false, ~UINT64_C(0));
		return;
	}
	if (reason == EXIT_IO && (FRAME_IO_FLAGS(info) & (FRAME_IO_IN | FRAME_IO_STRING)) == FRAME_IO_IN) {
		uint64_t mask = FRAME_IO_SIZE(info) == 1 ? 0xff : FRAME_IO_SIZE(info) == 2 ? 0xffff : 0xffffffff;
		state->gpr[0] = mask == 0xffffffff ? mask : state->gpr[0] | mask;
	}
	vcpu_advance(state);
}

uint64_t machine_lapic_read(struct vcpu *vcpu, unsigned offset)
{
	return lapic_register_read(vendor_lapic(&vcpu->machine), offset, machine_now());
}

enum status machine_lapic_write(struct vcpu *vcpu, unsigned offset, uint64_t value)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t detail = 0;

	if (value >> 32)
		return ERR_ARGUMENT;
	enum lapic_effect effect =
	        lapic_register_write(vendor_lapic(state), offset, (uint32_t)value, machine_now(), &detail);
	if (effect == LAPIC_FAULT)
		return ERR_ARGUMENT;
	follow(vcpu, effect, detail);
	/* not before: a refused call leaves the registers alone. The vector of an EOI: the layer tells its own IOAPIC */
	vcpu_result(&vcpu->layer->machine, 1, effect == LAPIC_EOI ? detail : 0);
	state->check = 1;
	return OK;
}
