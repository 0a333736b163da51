/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/vendor.h"
#include "core/panic.h"
#include "core/subject.h"
#include "core/system.h"

/*
 * A vCPU's VMCS. It is filled by its own CPU, when that loads it for the first time: VMWRITE means the one that is loaded.
 * The bitmaps belong to the subject: start/x86_64/permission.c.
 */
#define PAGE 4096u
#define EPT_WRITE_BACK 6u
#define EPT_FOUR_LEVELS (3u << 3)
static const uint32_t switched_msr[5] = {INTEL_SWITCHED};
extern const uint8_t vcpu_exited[];
_Noreturn void intel_entry_failed(void);

uint64_t intel_current[CONFIG_MAX_CPUS];

void intel_flush(void)
{
	const struct {
		uint64_t vpid, address;
	} one = {vmcs_read(VMCS_VPID), 0};

	if (given.controls[CONTROL_SECONDARY] & SECONDARY_VPID)
		__asm__ volatile("invvpid %0, %1" : : "m"(one), "r"(UINT64_C(1)) : "cc", "memory");
}

uint64_t intel_msr_bitmap(const struct vcpu_vendor *vendor)
{
	return vendor->maps + (vendor->mode ? PERMISSION_ASSISTED : PERMISSION_MSR);
}

void vendor_open(struct vcpu *vcpu, void *page)
{
	struct vcpu_vendor *vendor = &vcpu->machine.vendor;
	uint32_t *vmcs = page;

	*vmcs = given.revision;
	vendor->vmcs = (uint64_t)(uintptr_t)vmcs;
	vendor->current = &intel_current[vcpu->config->cpu];
	vendor->shift = given.timer_shift;
	vendor->deadline = &vcpu->cpu->timer;
	vendor->maps = the_system.permissions[vcpu->subject->index];
}

/* What the starter has listed, and what differs between CPUs. */
static void fill_host(void)
{
	const unsigned cpu = machine_cpu();

	for (const struct given_field *f = given.vmcs; f < given.vmcs + GIVEN_FIELDS; f++)
		vmcs_write((enum vmcs_field)f->field, f->value);
	vmcs_write(VMCS_HOST_TR, SELECTOR_TSS + 16 * cpu);
	vmcs_write(VMCS_HOST_TR_BASE, (uint64_t)(uintptr_t)&given.percpu[cpu].tss);
	vmcs_write(VMCS_HOST_GS_BASE, (uint64_t)(uintptr_t)&given.percpu[cpu]);
	vmcs_write(VMCS_HOST_RIP, (uint64_t)(uintptr_t)vcpu_exited);
}

static void fill_controls(struct vcpu *vcpu)
{
	struct vcpu_vendor *vendor = &vcpu->machine.vendor;
	uint32_t flags = vcpu->subject->config->flags, off = PROCESSOR_INTERRUPT_WINDOW | PROCESSOR_NMI_WINDOW;

	off |= flags & SUBJECT_EXIT_HALT ? 0 : PROCESSOR_HLT;
	off |= flags & SUBJECT_EXIT_PAUSE ? 0 : PROCESSOR_PAUSE;
	if (vcpu->layer && given.controls[CONTROL_PROCESSOR] & PROCESSOR_TPR_SHADOW)
		off |= PROCESSOR_CR8; /* which is a matter of the layer elsewhere; without one it is not granted */
	vcpu->stats->assists = (off & PROCESSOR_CR8) | (given.controls[CONTROL_SECONDARY] & SECONDARY_APIC);
	vendor->processor = (uint32_t)given.controls[CONTROL_PROCESSOR] & ~off;
	vmcs_write(VMCS_PROCESSOR, vendor->processor);
	vmcs_write(VMCS_SECONDARY, given.controls[CONTROL_SECONDARY] & ~(uint64_t)SECONDARY_APIC);
	vmcs_write(VMCS_ENTRY, given.controls[CONTROL_ENTRY]);
	vmcs_write(VMCS_IO_BITMAP_A, vendor->maps);
	vmcs_write(VMCS_IO_BITMAP_B, vendor->maps + PAGE);
	vmcs_write(VMCS_MSR_BITMAP, intel_msr_bitmap(vendor));
	if (vendor->processor & PROCESSOR_TPR_SHADOW)
		vmcs_write(VMCS_VIRTUAL_APIC, (uint64_t)(uintptr_t)vcpu->machine.lapic);
	for (unsigned i = 0; i < 4 && given.controls[CONTROL_SECONDARY] & SECONDARY_DELIVERY; i++)
		vmcs_write(VMCS_EOI_EXIT + 2 * i, 0);
	vmcs_write(VMCS_EPT_POINTER, the_system.table_root[vcpu->subject->index] | EPT_WRITE_BACK | EPT_FOUR_LEVELS);
	vmcs_write(VMCS_VPID, the_system.tag[vcpu->index]);
}

/* All of a VMCS that is not written is as VMCLEAR left it, which is unknown: every field that counts is written. */
void intel_select(const struct vcpu_state *state)
{
	struct vcpu *vcpu = (struct vcpu *)(uintptr_t)state; /* its first member */
	struct vcpu_vendor *vendor = &vcpu->machine.vendor;

	if (!vendor->opened)
		__asm__ volatile("vmclear %0" : : "m"(vendor->vmcs) : "cc", "memory");
	__asm__ volatile("vmptrld %0" : : "m"(vendor->vmcs) : "cc", "memory");
	*vendor->current = vendor->vmcs;
	if (vendor->opened)
		return;
	vendor->opened = 1;
	fill_host();
	fill_controls(vcpu);
	machine_vcpu_reset(vcpu);
}

void vendor_reset(struct vcpu_state *state)
{
	static const uint16_t zero[] = {VMCS_ENTRY_EVENT, VMCS_SHADOW,      VMCS_ACTIVITY,     VMCS_PENDING_DEBUG,
	                                VMCS_DEBUGCTL,    VMCS_cr3,         VMCS_CR4_SHADOW,   VMCS_efer,
	                                VMCS_rsp,         VMCS_SYSENTER_CS, VMCS_SYSENTER_ESP, VMCS_SYSENTER_EIP};

	for (unsigned i = 0; i < sizeof(zero) / sizeof(*zero); i++)
		vmcs_write((enum vmcs_field)zero[i], 0);
	vmcs_write(VMCS_ENTRY, given.controls[CONTROL_ENTRY]);
	vmcs_write(VMCS_EXCEPTIONS, EXCEPTIONS);
	vmcs_write(VMCS_cr4, CR4_VMXE);
	vmcs_write(VMCS_pat, PAT_RESET);
	vmcs_write(VMCS_dr7, 0x400);
	vmcs_write(VMCS_rflags, 2);
	vcpu_zero(state->vendor.switched, sizeof(state->vendor.switched));
	state->vendor.cr2 = 0;
	state->vendor.dr6 = 0xffff0ff0;
}

void intel_save(struct vcpu_state *state)
{
	for (unsigned i = 0; i < 5; i++)
		state->vendor.switched[i] = rdmsr(switched_msr[i]);
	intel_save_control(state);
}

void intel_save_control(struct vcpu_state *state)
{
	__asm__ volatile("mov %%cr2, %0" : "=r"(state->vendor.cr2));
	__asm__ volatile("mov %%db6, %0" : "=r"(state->vendor.dr6));
}

void intel_load(const struct vcpu_state *state)
{
	for (unsigned i = 0; i < 5; i++)
		wrmsr(switched_msr[i], state->vendor.switched[i]);
	__asm__ volatile("mov %0, %%cr2" : : "r"(state->vendor.cr2));
	__asm__ volatile("mov %0, %%db6" : : "r"(state->vendor.dr6));
}

/* VMLAUNCH or VMRESUME itself failed: a control or the host's state is wrong, which no subject can bring about. */
void intel_entry_failed(void)
{
	core_panic(PANIC_CHECK, vmcs_read(VMCS_INSTRUCTION_ERROR), (uint64_t)(uintptr_t)vcpu_exited, machine_cpu());
}
