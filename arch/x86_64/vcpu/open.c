/* SPDX-License-Identifier: ISC */
#include "vendor.h"
#include "arch/x86_64/msr.h"
#include "core/subject.h"
#include "core/system.h"
#include "lib/config.h"

/*
 * How a vCPU is made, and what a reset restores: the state of APM 2 14.1.3 and SDM 3A 9.1.1, or flat protected mode. The
 * rest is the vendor's control block.
 */
#define PAGE 4096u
#define XSAVE_LEGACY_MXCSR 24u
#define XSAVE_BYTES (576u + 256u) /* legacy, header, AVX: all that xcr0 can grant (lib/config.c) */

void machine_vcpu_open(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	const struct config_subject *config = vcpu->subject->config;
	uint8_t *page = (uint8_t *)(uintptr_t)the_system.vcpu_pages + vcpu->index * SYSTEM_VCPU_PAGES * PAGE;

	state->xsave = page + PAGE / 2;
	state->xcr0_max = config->xcr0;
	if (vcpu->config->lapic_region != CONFIG_NONE)
		state->lapic = (struct lapic *)(uintptr_t)system_region(vcpu->config->lapic_region).at;
	else
		state->lapic = (struct lapic *)(uintptr_t)page;
	_Static_assert(sizeof(struct lapic) <= PAGE / 2,
	               "before the extended state, in its page: hardware knows it too");
	state->cpuid_count = config->cpuid.count / 2; /* one half for each vendor, in the order of enum cpu_vendor */
	state->cpuid = CONFIG_TABLE(the_system.config, config_cpuid, TABLE_CPUID) + config->cpuid.first +
	               the_system.cpu_vendor * state->cpuid_count;
	state->msr = CONFIG_TABLE(the_system.config, config_msr, TABLE_MSR) + config->msr.first;
	state->msr_count = config->msr.count;
	state->facts.apic_id = vcpu->config->apic_id;
	state->facts.hypervisor = cpuid_index(state->cpuid, state->cpuid_count, CPUID_LEAF_HYPERVISOR);
	vendor_open(vcpu, page + PAGE);
}

void vcpu_zero(void *at, uint64_t bytes)
{
	uint64_t words = bytes / 8;

	__asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(0) : "memory");
}

/* GDTR and IDTR have no attributes; LDTR and TR are there, and empty. */
static void set_segments(struct vcpu_state *state, struct frame_segment code, struct frame_segment data)
{
	const struct frame_segment segment[FRAME_SEGMENTS] = {data,
	                                                      code,
	                                                      data,
	                                                      data,
	                                                      data,
	                                                      data,
	                                                      {.limit = 0xffff},
	                                                      {0, 0x82, 0xffff, 0},
	                                                      {.limit = 0xffff},
	                                                      {0, 0x8b, 0xffff, 0}};

	vendor_import_segments(state, segment);
}

static void reset_fpu(struct vcpu_state *state)
{
	state->xcr0 = state->facts.xcr0 = 1;
	vcpu_zero(state->xsave, XSAVE_BYTES);
	state->xsave[0] = 0x7f; /* FCW as after FNINIT would be 37f; reset state is 40h, APM 2 table 14-1 */
	state->xsave[1] = 0x03;
	state->xsave[XSAVE_LEGACY_MXCSR] = 0x80;
	state->xsave[XSAVE_LEGACY_MXCSR + 1] = 0x1f;
	state->xsave[512] = (uint8_t)state->xcr0_max; /* XSTATE_BV: load all of it */
}

static void reset_registers(struct vcpu *vcpu, struct frame_segment code, struct frame_segment data, uint64_t rip,
                            uint64_t cr0)
{
	struct vcpu_state *state = &vcpu->machine;

	vcpu_zero(state->gpr, sizeof(state->gpr));
	vcpu_zero(state->dr, sizeof(state->dr));
	state->armed_extint = 0;
	state->check = 1;
	state->tsc_aux = 0;
	vendor_reset(state);
	vendor_flush(state);
	set_segments(state, code, data);
	vendor_set(state, rip, rip);
	vendor_set_cr0(state, cr0);
	reset_fpu(state);
	if (vcpu->cpu->loaded == vcpu)
		vcpu->cpu->loaded = 0; /* what is live in the FPU is not the new life's */
}

static void reset_real(struct vcpu *vcpu, uint16_t selector, uint64_t base, uint64_t rip)
{
	reset_registers(vcpu, (struct frame_segment){selector, 0x9b, 0xffff, base},
	                (struct frame_segment){0, 0x93, 0xffff, 0}, rip, CR0_RESET);
	struct vcpu_state *state = &vcpu->machine;

	/* EDX: the signature, as in CPUID. A package may have no record of it at all: lib/config.c asks for none. */
	state->gpr[2] = state->cpuid_count ? state->cpuid[cpuid_index(state->cpuid, state->cpuid_count, 1)].eax : 0;
}

void machine_vcpu_reset(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	const struct config_subject *config = vcpu->subject->config;

	vendor_select(state);
	if (vcpu->config->start == START_FLAT32) {
		reset_registers(vcpu, (struct frame_segment){0x08, 0xc9b, 0xffffffffu, 0},
		                (struct frame_segment){0x10, 0xc93, 0xffffffffu, 0}, vcpu->config->entry,
		                CR0_PE | CR0_ET);
		state->gpr[6] = 0x10000000; /* INFO_GPA */
		state->gpr[7] = vcpu->number;
	} else {
		reset_real(vcpu, 0xf000, 0xffff0000u, 0xfff0);
	}
	lapic_reset(state->lapic, vcpu->config->apic_id, config->apic_mode == 1);
	msr_reset(state->msr, state->msr_count, state->msr_store);
	if (vcpu->config->start == START_SIPI)
		state->lapic->state = LAPIC_WAIT_SIPI;
}

void machine_vcpu_start(struct vcpu *vcpu, unsigned vector)
{
	struct vcpu_state *state = &vcpu->machine;

	if (vector > 0xff) {
		lapic_init(state->lapic);
		return;
	}
	vendor_select(state);
	reset_real(vcpu, (uint16_t)(vector << 8), (uint64_t)vector << 12, 0);
	state->lapic->state = LAPIC_RUNNING;
}
