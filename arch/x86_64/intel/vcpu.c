/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/insn.h"
#include "arch/x86_64/intel/vendor.h"
#include "core/panic.h"
#include "core/subject.h"
#include "core/system.h"

/*
 * A vCPU's VMCS. It is filled by its own CPU, when that loads it for the first time: then the host's state is the final
 * one. The bitmaps belong to the subject: start/x86_64/permission.c.
 */
#define PAGE 4096u
#define EPT_WRITE_BACK 6u
#define EPT_FOUR_LEVELS (3u << 3)
static const uint32_t switched_msr[5] = INTEL_SWITCHED;
extern const uint8_t vcpu_exited[];
_Noreturn void intel_entry_failed(void);

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

static void fill_host(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) gdt, idt;
	uint64_t cr0, cr3;
	uint16_t tr;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	__asm__ volatile("sgdt %0" : "=m"(gdt));
	__asm__ volatile("sidt %0" : "=m"(idt));
	__asm__ volatile("str %0" : "=r"(tr));
	const uint64_t *tss = (const uint64_t *)(uintptr_t)(gdt.base + tr);
	vmcs_write(VMCS_HOST_CR0, cr0);
	vmcs_write(VMCS_HOST_CR3, cr3);
	vmcs_write(VMCS_HOST_CR4, read_cr4());
	vmcs_write(VMCS_HOST_CS, 0x08);
	vmcs_write(VMCS_HOST_SS, 0x10);
	vmcs_write(VMCS_HOST_DS, 0x10);
	vmcs_write(VMCS_HOST_ES, 0x10);
	vmcs_write(VMCS_HOST_FS, 0);
	vmcs_write(VMCS_HOST_GS, 0);
	vmcs_write(VMCS_HOST_TR, tr);
	vmcs_write(VMCS_HOST_FS_BASE, rdmsr(MSR_FS_BASE));
	vmcs_write(VMCS_HOST_GS_BASE, rdmsr(MSR_GS_BASE));
	vmcs_write(VMCS_HOST_TR_BASE, (tss[0] >> 16 & 0xffffff) | (tss[0] >> 56) << 24 | tss[1] << 32);
	vmcs_write(VMCS_HOST_GDTR_BASE, gdt.base);
	vmcs_write(VMCS_HOST_IDTR_BASE, idt.base);
	vmcs_write(VMCS_HOST_PAT, rdmsr(0x277));
	vmcs_write(VMCS_HOST_EFER, rdmsr(MSR_EFER));
	vmcs_write(VMCS_HOST_SYSENTER_CS, 0);
	vmcs_write(VMCS_HOST_SYSENTER_ESP, 0);
	vmcs_write(VMCS_HOST_SYSENTER_EIP, 0);
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
	vendor->processor = (uint32_t)given.controls[CONTROL_PROCESSOR] & ~off;
	vmcs_write(VMCS_PIN, given.controls[CONTROL_PIN]);
	vmcs_write(VMCS_PROCESSOR, vendor->processor);
	vmcs_write(VMCS_SECONDARY, given.controls[CONTROL_SECONDARY] & ~(uint64_t)SECONDARY_APIC);
	vmcs_write(VMCS_EXIT, given.controls[CONTROL_EXIT]);
	vmcs_write(VMCS_ENTRY, given.controls[CONTROL_ENTRY]);
	vmcs_write(VMCS_IO_BITMAP_A, vendor->maps);
	vmcs_write(VMCS_IO_BITMAP_B, vendor->maps + PAGE);
	vmcs_write(VMCS_MSR_BITMAP, intel_msr_bitmap(vendor));
	if (vendor->processor & PROCESSOR_TPR_SHADOW)
		vmcs_write(VMCS_VIRTUAL_APIC, (uint64_t)(uintptr_t)vcpu->machine.lapic);
	for (unsigned i = 0; i < 4 && given.controls[CONTROL_SECONDARY] & SECONDARY_DELIVERY; i++)
		vmcs_write(VMCS_EOI_EXIT + 2 * i, 0);
	vmcs_write(VMCS_EPT_POINTER, the_system.table_root[vcpu->subject->index] | EPT_WRITE_BACK | EPT_FOUR_LEVELS);
	vmcs_write(VMCS_VPID, vcpu_tag(vcpu, 0x10000));
	vmcs_write(VMCS_CR0_MASK, CR0_MASK);
	vmcs_write(VMCS_CR4_MASK, ~CR4_SETTABLE);
	vmcs_write(VMCS_LINK_POINTER, ~UINT64_C(0));
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
	vmcs_write(VMCS_ENTRY, given.controls[CONTROL_ENTRY]);
	vmcs_write(VMCS_EXCEPTIONS, EXCEPTIONS);
	vmcs_write(VMCS_ENTRY_EVENT, 0);
	vmcs_write(VMCS_SHADOW, 0);
	vmcs_write(VMCS_ACTIVITY, 0);
	vmcs_write(VMCS_PENDING_DEBUG, 0);
	vmcs_write(VMCS_DEBUGCTL, 0);
	vmcs_write(VMCS_cr3, 0);
	vmcs_write(VMCS_cr4, CR4_VMXE);
	vmcs_write(VMCS_CR4_SHADOW, 0);
	vmcs_write(VMCS_efer, 0);
	vmcs_write(VMCS_pat, PAT_RESET);
	vmcs_write(VMCS_dr7, 0x400);
	vmcs_write(VMCS_rsp, 0);
	vmcs_write(VMCS_rflags, 2);
	vmcs_write(VMCS_SYSENTER_CS, 0);
	vmcs_write(VMCS_SYSENTER_ESP, 0);
	vmcs_write(VMCS_SYSENTER_EIP, 0);
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
