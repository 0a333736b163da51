/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/amd.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/msr.h"
#include "core/panic.h"
#include "core/subject.h"
#include "core/system.h"
#include "lib/bytes.h"
#include "lib/tables.h"

/*
 * A vCPU's control block: what is constant is written by machine_vcpu_open, what a reset restores by
 * machine_vcpu_reset (the state of APM 2 14.1.3, or flat protected mode). The permission maps belong to the subject.
 */
#define PAGE 4096u
#define IOPM_PAGES 3u
#define MSRPM_PAGES 2u
#define XSAVE_LEGACY_MXCSR 24u
#define XSAVE_BYTES (576u + 256u) /* legacy, header, AVX: all that xcr0 can grant (lib/config.c) */
bool amd_has_next_rip;
static uint32_t asid_count;
static uint8_t *maps_of[CONFIG_MAX_SUBJECTS]; /* IOPM, then MSRPM */
static uint8_t host_save[CONFIG_MAX_CPUS][PAGE] __attribute__((aligned(4096)));
static struct vmcb host_state[CONFIG_MAX_CPUS] __attribute__((aligned(4096)));

enum status machine_check(const char **what)
{
	static const struct {
		uint32_t leaf, reg, bit;
		const char *name;
	} needed[] = {
	        {0x80000001u, CPUID_ECX, 1u << 2, "AMD-V (SVM)"},
	        {0x8000000au, CPUID_EDX, 1u << 0, "nested paging (NPT)"},
	        {1, CPUID_ECX, 1u << 26, "XSAVE"},
	};
	uint32_t regs[4];

	for (unsigned i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		machine_cpuid(needed[i].leaf, 0, regs);
		*what = needed[i].name;
		if (!(regs[needed[i].reg] & needed[i].bit))
			return ERR_FEATURE;
	}
	*what = "SVM: enable virtualization in the firmware set-up (VM_CR.SVMDIS)";
	if (rdmsr(0xc0010114u) & 1u << 4)
		return ERR_FEATURE;
	machine_cpuid(0x8000000au, 0, regs);
	amd_has_next_rip = regs[CPUID_EDX] >> 3 & 1;
	asid_count = regs[CPUID_EBX];
	machine_cpuid(0xd, 0, regs);
	amd_host_xcr0 = regs[CPUID_EAX] | (uint64_t)regs[CPUID_EDX] << 32;
	machine_cpu_open(0);
	return OK;
}

uint32_t machine_vendor(void)
{
	return 0; /* VENDOR_AMD */
}

const struct placement_costs *machine_costs(void)
{
	return &placement_costs_amd;
}

const struct table_format *machine_table_format(void)
{
	return &table_format_npt;
}

void machine_cpu_open(unsigned cpu)
{
	write_cr4(read_cr4() | CR4_GUEST_OSXSAVE);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(0xc0010117u, (uint64_t)(uintptr_t)host_save[cpu]);
	__asm__ volatile("vmsave %0" : : "a"(&host_state[cpu]) : "memory");
}

static void allow_port(uint8_t *iopm, unsigned port)
{
	iopm[port / 8] &= (uint8_t) ~(1u << port % 8);
}

static void allow_msr(uint8_t *msrpm, uint32_t msr)
{
	uint32_t base = msr < 0x2000u ? 0 : 0x800u; /* the ranges 0.. and c0000000.., APM 2 15.11 */
	uint32_t bit = (msr & 0x1fffu) * 2;

	msrpm[base + bit / 8] &= (uint8_t) ~(3u << bit % 8);
}

static uint8_t *make_maps(const struct config_subject *config)
{
	/* exactly what VMLOAD and VMSAVE switch */
	static const uint32_t switched[] = {0x174,       0x175,       0x176,       0xc0000081u, 0xc0000082u,
	                                    0xc0000083u, 0xc0000084u, 0xc0000100u, 0xc0000101u, 0xc0000102u};
	const struct config_port *port = CONFIG_TABLE(the_system.config, config_port, TABLE_PORT) + config->port.first;
	uint8_t *maps = system_pages(IOPM_PAGES + MSRPM_PAGES);

	memset(maps, 0xff, (IOPM_PAGES + MSRPM_PAGES) * PAGE);
	for (uint32_t i = 0; i < config->port.count; i++)
		for (uint32_t n = 0; n < port[i].count; n++)
			allow_port(maps, port[i].base + n);
	for (unsigned i = 0; i < sizeof(switched) / sizeof(*switched); i++)
		allow_msr(maps + IOPM_PAGES * PAGE, switched[i]);
	return maps;
}

/* One tag per vCPU of a physical CPU; where they run out the rest shares the last and is flushed at each entry. */
static uint32_t choose_asid(const struct vcpu *vcpu)
{
	uint32_t asid = 1;

	for (uint32_t i = 0; i < vcpu->index; i++)
		asid += config_vcpus(the_system.config)[i].cpu == vcpu->config->cpu;
	return asid < asid_count ? asid : asid_count - 1;
}

static void open_control(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->machine.vmcb;
	const struct config_subject *config = vcpu->subject->config;
	uint32_t subject = vcpu->subject->index;

	if (!maps_of[subject])
		maps_of[subject] = make_maps(config);
	vmcb->intercept_cr = INTERCEPT_CR8;
	vmcb->intercept_exceptions = INTERCEPT_DB | INTERCEPT_AC | INTERCEPT_MC;
	vmcb->intercept1 = INTERCEPT_INTR | INTERCEPT_NMI | INTERCEPT_SMI | INTERCEPT_INIT | INTERCEPT_RDPMC |
	                   INTERCEPT_CPUID | INTERCEPT_INVD | INTERCEPT_INVLPGA | INTERCEPT_IOIO | INTERCEPT_MSR |
	                   INTERCEPT_FERR | INTERCEPT_SHUTDOWN;
	vmcb->intercept1 |= config->flags & SUBJECT_EXIT_HALT ? INTERCEPT_HLT : 0;
	vmcb->intercept1 |= config->flags & SUBJECT_EXIT_PAUSE ? INTERCEPT_PAUSE : 0;
	vmcb->intercept2 = INTERCEPT2_ALL;
	vmcb->iopm = (uint64_t)(uintptr_t)maps_of[subject];
	vmcb->msrpm = vmcb->iopm + IOPM_PAGES * PAGE;
	vmcb->asid = choose_asid(vcpu);
	vcpu->machine.flush_always = vmcb->asid == asid_count - 1;
	vmcb->np_enable = 1;
	vmcb->nested_cr3 = system_table_root(subject);
}

enum status machine_vcpu_open(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	const struct config_subject *config = vcpu->subject->config;

	state->vmcb = system_pages(1);
	state->host = (uint64_t)(uintptr_t)&host_state[vcpu->config->cpu];
	state->xsave = system_pages(1);
	state->xcr0_max = config->xcr0;
	if (vcpu->config->lapic_region != CONFIG_NONE)
		state->lapic = (struct lapic *)(uintptr_t)system_region(vcpu->config->lapic_region).at;
	else
		state->lapic = (struct lapic *)(uintptr_t)(state->xsave + PAGE / 2);
	_Static_assert(sizeof(struct lapic) <= 0x400, "behind the extended state, in its page");
	state->cpuid = CONFIG_TABLE(the_system.config, config_cpuid, TABLE_CPUID) + config->cpuid.first;
	state->cpuid_count = config->cpuid.count;
	state->msr = CONFIG_TABLE(the_system.config, config_msr, TABLE_MSR) + config->msr.first;
	state->msr_count = config->msr.count;
	state->facts.apic_id = vcpu->config->apic_id;
	state->facts.hypervisor = cpuid_hypervisor(state->cpuid, state->cpuid_count);
	open_control(vcpu);
	machine_vcpu_reset(vcpu);
	return OK;
}

/* Part of a restart, so of a stranger's frame start: one instruction for each eight bytes. */
static void zero(void *at, uint64_t bytes)
{
	uint64_t words = bytes / 8;

	__asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(0) : "memory");
}
#define SAVE_BYTES (0x670 - offsetof(struct vmcb, segment)) /* as far as the state save area is defined */

static void set_segments(struct vmcb *vmcb, const struct frame_segment *code, const struct frame_segment *data)
{
	for (unsigned i = FRAME_ES; i <= FRAME_GS; i++)
		vmcb->segment[i] = *data;
	vmcb->segment[FRAME_CS] = *code;
}

static void real_segments(struct vmcb *vmcb, uint16_t selector, uint64_t base)
{
	const struct frame_segment data = {0, 0x93, 0xffff, 0}, code = {selector, 0x9b, 0xffff, base};

	set_segments(vmcb, &code, &data);
}

static void reset_save_area(struct vmcb *vmcb)
{
	zero(vmcb->segment, SAVE_BYTES);
	vmcb->segment[FRAME_GDTR].limit = 0xffff;
	vmcb->segment[FRAME_IDTR].limit = 0xffff;
	vmcb->segment[FRAME_LDTR] = (struct frame_segment){0, 0x82, 0xffff, 0};
	vmcb->segment[FRAME_TR] = (struct frame_segment){0, 0x8b, 0xffff, 0};
	vmcb->efer = EFER_SVME;
	vmcb->cr0 = 0x60000010;
	vmcb->dr7 = 0x400;
	vmcb->dr6 = 0xffff0ff0;
	vmcb->rflags = 2;
	vmcb->pat = PAT_RESET;
	vmcb->int_ctl = V_INTR_MASKING;
	vmcb->interrupt_shadow = 0;
	vmcb->event_inject = 0;
	vmcb->tlb_control = 1;
	vmcb->intercept1 &= ~INTERCEPT_VINTR;
}

static void reset_fpu(struct vcpu_state *state)
{
	state->xcr0 = state->facts.xcr0 = 1;
	zero(state->xsave, XSAVE_BYTES);
	state->xsave[0] = 0x7f; /* FCW as after FNINIT would be 37f; reset state is 40h, APM 2 table 14-1 */
	state->xsave[1] = 0x03;
	state->xsave[XSAVE_LEGACY_MXCSR] = 0x80;
	state->xsave[XSAVE_LEGACY_MXCSR + 1] = 0x1f;
	state->xsave[512] = (uint8_t)state->xcr0_max; /* XSTATE_BV: load all of it */
}

static void reset_registers(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;

	zero(state->gpr, sizeof(state->gpr));
	zero(state->dr, sizeof(state->dr));
	state->armed = state->armed_extint = state->want_window = state->window_armed = 0;
	state->check = state->after = 1;
	state->tsc_aux = 0;
	reset_save_area(state->vmcb);
	real_segments(state->vmcb, 0xf000, 0xffff0000u);
	state->vmcb->rip = 0xfff0;
	reset_fpu(state);
	if (vcpu->cpu->loaded == vcpu)
		vcpu->cpu->loaded = 0; /* what is live in the FPU is not the new life's */
}

void machine_vcpu_reset(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	const struct config_subject *config = vcpu->subject->config;

	reset_registers(vcpu);
	lapic_reset(state->lapic, vcpu->config->apic_id, config->apic_mode == 1, UINT64_C(1) << 32);
	msr_reset(state->msr, state->msr_count, state->msr_store);
	if (vcpu->config->start == START_SIPI)
		state->lapic->state = LAPIC_WAIT_SIPI;
	if (vcpu->config->start == START_FLAT32) {
		static const struct frame_segment flat_data = {0x10, 0xc93, 0xffffffffu, 0},
		                                  flat_code = {0x08, 0xc9b, 0xffffffffu, 0};
		set_segments(state->vmcb, &flat_code, &flat_data);
		state->vmcb->cr0 = 0x11;
		state->vmcb->rip = vcpu->config->entry;
		state->gpr[6] = 0x10000000; /* INFO_GPA */
		state->gpr[7] = vcpu->number;
	}
}

void machine_vcpu_start(struct vcpu *vcpu, unsigned vector)
{
	struct vcpu_state *state = &vcpu->machine;

	if (vector > 0xff) {
		lapic_init(state->lapic);
		return;
	}
	reset_registers(vcpu);
	real_segments(state->vmcb, (uint16_t)(vector << 8), (uint64_t)vector << 12);
	state->vmcb->rip = 0;
	state->gpr[2] = 0x00000f00; /* EDX: family, as after reset */
	state->lapic->state = LAPIC_RUNNING;
}
