/* SPDX-License-Identifier: ISC */
#include "devices/mmio.h"
#include "devices/exit.h"
#include "sdk/vcpu.h"

#define LAPIC_BASE UINT64_C(0xfee00000)
#define PAGE_MASK (~UINT64_C(4095))
enum { REGISTER_STEP = 16, REGISTER_BYTES = 4, LAPIC_EOI = 0xb0, LAPIC_LDR = 0xd0, LAPIC_DFR = 0xe0 };

/* Registers are dwords at 16-byte steps; parts of one may be read, only whole ones written (SDM 3A 11.4.1). */
static __attribute__((noinline)) uint64_t lapic_register(struct layer_vcpu *vcpu, unsigned offset, unsigned size)
{
	uint32_t value = 0;
	unsigned within = offset % REGISTER_STEP;
	if (within >= REGISTER_BYTES || size > REGISTER_BYTES - within)
		return 0;
	if (lapic_read(vcpu->index, offset - within, &value) != OK)
		return 0;
	return value >> 8 * within;
}

static void set_lapic_register(struct layer_vcpu *vcpu, unsigned offset, unsigned size, uint64_t value)
{
	uint64_t result[3] = {0};
	if (offset % REGISTER_STEP != 0 || size != REGISTER_BYTES ||
	    hypercall(HC_LAPIC_WRITE, vcpu->index, offset, (uint32_t)value, result) != OK)
		return;
	if (offset == LAPIC_EOI && result[0]) /* it ended a level interrupt: which one */
		ioapic_eoi(&vcpu->machine->ioapic, (uint8_t)result[0]);
	else if (offset == LAPIC_LDR)
		vcpu->ldr = (uint32_t)value & 0xff000000;
	else if (offset == LAPIC_DFR)
		vcpu->dfr = (uint32_t)value | 0x0fffffff;
}

/* RAM that faults when it is written. Its reads are memory's, its writes go where PAM says. */
static bool is_shadow(const struct layer_vcpu *vcpu, uint64_t gpa)
{
	return host_bridge_shadow(&vcpu->machine->host_bridge, gpa);
}

/* Where no RAM ever lies nobody has to look for it. */
static bool may_be_memory(uint64_t gpa)
{
	return gpa - GUEST_HOLE_BASE >= GUEST_HOLE_END - GUEST_HOLE_BASE;
}

/* ROM is read without an exit, but by an instruction that writes to it, too. */
static __attribute__((noinline)) uint64_t rom_or_nobody(struct layer_vcpu *vcpu, uint64_t gpa, unsigned size)
{
	uint64_t value = UINT64_MAX;
	if (gpa >= GUEST_HOLE_END)
		exit_fault(vcpu, LAYER_FAULT_MEMORY, gpa, vcpu->frame->rip);
	else
		(void)guest_memory_fetch(&vcpu->machine->memory, gpa, &value, size);
	return value;
}

static uint64_t device_read(struct layer_vcpu *vcpu, uint64_t gpa, unsigned size)
{
	if ((gpa & PAGE_MASK) == LAPIC_BASE)
		return lapic_register(vcpu, (unsigned)(gpa - LAPIC_BASE), size);
	const struct mmio_range *range = mmio_map_find(&vcpu->machine->mmio, gpa, size);
	if (range)
		return range->window.read(range->window.device, (uint32_t)(gpa - range->base), size);
	return rom_or_nobody(vcpu, gpa, size);
}

static __attribute__((noinline)) uint64_t memory_or_device_read(struct layer_vcpu *vcpu, uint64_t gpa, unsigned size)
{
	uint64_t value = 0;
	if (guest_memory_read(&vcpu->machine->memory, gpa, &value, size))
		return value;
	return device_read(vcpu, gpa, size);
}

uint64_t mmio_read(struct layer_vcpu *vcpu, uint64_t gpa, unsigned size)
{
	return may_be_memory(gpa) ? memory_or_device_read(vcpu, gpa, size) : device_read(vcpu, gpa, size);
}

void *mmio_ram(struct layer_vcpu *vcpu, uint64_t gpa, unsigned size)
{
	return may_be_memory(gpa) && !is_shadow(vcpu, gpa) ? guest_memory_at(&vcpu->machine->memory, gpa, size) : 0;
}

void mmio_write(struct layer_vcpu *vcpu, uint64_t gpa, unsigned size, uint64_t value)
{
	if (may_be_memory(gpa) && guest_memory_at(&vcpu->machine->memory, gpa, size)) {
		if (!is_shadow(vcpu, gpa) || host_bridge_lets_write(&vcpu->machine->host_bridge, gpa))
			guest_memory_write(&vcpu->machine->memory, gpa, &value, size);
		return;
	}
	const struct mmio_range *range = mmio_map_find(&vcpu->machine->mmio, gpa, size);
	if ((gpa & PAGE_MASK) == LAPIC_BASE)
		set_lapic_register(vcpu, (unsigned)(gpa - LAPIC_BASE), size, value);
	else if (range)
		range->window.write(range->window.device, (uint32_t)(gpa - range->base), size, value);
	else if (gpa >= GUEST_HOLE_END)
		exit_fault(vcpu, LAYER_FAULT_MEMORY, gpa, vcpu->frame->rip);
}
