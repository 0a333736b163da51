/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/vendor.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/insn.h"
#include "core/subject.h"
#include "core/system.h"
#include "lib/bytes.h"
#include "lib/capability.h"
#include "lib/tables.h"

/*
 * What the back end needs of the CPU, and a vCPU's control block: what is constant is written by vendor_open, what a
 * reset restores by vendor_reset. The permission maps belong to the subject.
 */
#define PAGE 4096u
#define IOPM_PAGES 3u
#define MSRPM_PAGES 2u
bool amd_has_next_rip;
static uint32_t asid_count;
static uint8_t *maps_of[CONFIG_MAX_SUBJECTS]; /* IOPM, then MSRPM */
static uint8_t host_save[CONFIG_MAX_CPUS][PAGE] __attribute__((aligned(4096)));
static struct vmcb host_state[CONFIG_MAX_CPUS] __attribute__((aligned(4096)));

enum status machine_check(const char **what)
{
	static const struct vcpu_feature used[] = {CAPABILITIES_AMD(VCPU_FEATURE)};
	uint32_t regs[4];

	*what = vcpu_features(used, sizeof(used) / sizeof(*used));
	if (*what)
		return ERR_FEATURE;
	*what = "SVM: enable virtualization in the firmware set-up (VM_CR.SVMDIS)";
	if (rdmsr(0xc0010114u) & 1u << 4)
		return ERR_FEATURE;
	machine_cpuid(0x8000000au, 0, regs);
	amd_has_next_rip = regs[CPUID_EDX] >> 3 & 1;
	asid_count = regs[CPUID_EBX];
	vcpu_extended_open();
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

static void open_control(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->machine.vendor.vmcb;
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
	vmcb->asid = vcpu_tag(vcpu, asid_count);
	vcpu->machine.vendor.flush_always = vmcb->asid == asid_count - 1;
	vmcb->np_enable = 1;
	vmcb->nested_cr3 = system_table_root(subject);
}

void vendor_open(struct vcpu *vcpu)
{
	vcpu->machine.vendor.vmcb = system_pages(1);
	vcpu->machine.vendor.host = (uint64_t)(uintptr_t)&host_state[vcpu->config->cpu];
	open_control(vcpu);
}

#define SAVE_BYTES (0x670 - offsetof(struct vmcb, segment)) /* as far as the state save area is defined */

void vendor_reset(struct vcpu_state *state)
{
	struct vmcb *vmcb = state->vendor.vmcb;

	state->vendor.armed = state->vendor.window_armed = 0;
	vcpu_zero(vmcb->segment, SAVE_BYTES);
	vmcb->efer = EFER_SVME;
	vmcb->dr7 = 0x400;
	vmcb->dr6 = 0xffff0ff0;
	vmcb->rflags = 2;
	vmcb->pat = PAT_RESET;
	vmcb->int_ctl = V_INTR_MASKING;
	vmcb->interrupt_shadow = 0;
	vmcb->event_inject = 0;
	vmcb->intercept1 &= ~INTERCEPT_VINTR;
}
