/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/vmcb.h"
#include "arch/x86_64/intel/assist.h"
#include "arch/x86_64/lapic_state.h"
#include "lib/bytes.h"
#include "start/x86_64/vendor.h"

/* The hardware's maps of a subject: a bit for each port, one or two for each MSR; 1 = it exits. */
#define PAGE 4096u

static void allow_ports(const struct config_header *config, const struct config_subject *subject, uint8_t *map)
{
	const struct config_port *port = CONFIG_TABLE(config, config_port, TABLE_PORT) + subject->port.first;

	for (uint32_t i = 0; i < subject->port.count; i++, port++)
		for (uint32_t n = port->base; n < (uint32_t)port->base + port->count; n++)
			map[n / 8] &= (uint8_t) ~(1u << n % 8);
}

/* APM 2 15.11: two bits each; the ranges 0.. and c0000000.. */
static void allow_msr_amd(uint8_t *map, uint32_t msr)
{
	uint32_t base = msr < 0x2000u ? 0 : 0x800u, bit = (msr & 0x1fffu) * 2;

	map[base + bit / 8] &= (uint8_t) ~(3u << bit % 8);
}

void permission_amd(const struct config_header *config, uint32_t subject, uint8_t *pages)
{
	/* exactly what VMLOAD and VMSAVE switch */
	static const uint32_t switched[] = {0x174,       0x175,       0x176,       0xc0000081u, 0xc0000082u,
	                                    0xc0000083u, 0xc0000084u, 0xc0000100u, 0xc0000101u, 0xc0000102u};

	memset(pages, 0xff, placement_costs_amd.subject_pages * PAGE);
	allow_ports(config, &config_subjects(config)[subject], pages);
	for (unsigned i = 0; i < sizeof(switched) / sizeof(*switched); i++)
		allow_msr_amd(pages + PERMISSION_MSRPM, switched[i]);
}

/* SDM 3C 24.6.9: reads, then writes 2 KiB on; the ranges 0.. and, 1 KiB on, c0000000.. */
static void allow_msr_intel(uint8_t *map, uint32_t msr)
{
	uint32_t byte = (msr < 0x2000u ? 0 : 0x400u) + (msr & 0x1fffu) / 8;

	map[byte] &= (uint8_t) ~(1u << msr % 8);
	map[byte + 0x800] &= (uint8_t) ~(1u << msr % 8);
}

/* ID, version, TPR, PPR, LDR, SVR, ISR, TMR, IRR, ESR, LVT, initial count, divide: what is in the page as it is read. ICR
 * is not, since its halves lie 16 bytes apart there, nor is the current count, which is computed. */
#define READABLE UINT64_C(0x41fc01ffffffa50c)
#define READS_OF_X2APIC 0x100 /* SDM 3C 24.6.9: a bit for each MSR from 0 on; writes 2 KiB on */
#define WRITES_OF_X2APIC 0x900

static void open_registers(uint8_t *bytes, uint64_t registers)
{
	for (unsigned i = 0; i < 8; i++)
		bytes[i] &= (uint8_t) ~(registers >> 8 * i);
}

void permission_assisted(uint8_t *msr_bitmap, uint32_t has)
{
	uint64_t task = UINT64_C(1) << REG_TPR, end = UINT64_C(1) << REG_EOI, priority = UINT64_C(1) << REG_PPR;

	if (!(has & SECONDARY_X2APIC))
		return;
	open_registers(msr_bitmap + READS_OF_X2APIC, task);
	open_registers(msr_bitmap + WRITES_OF_X2APIC, task);
	if (has & SECONDARY_REGISTERS)
		open_registers(msr_bitmap + READS_OF_X2APIC,
		               has & SECONDARY_DELIVERY ? READABLE : READABLE & ~priority);
	if (has & SECONDARY_DELIVERY)
		open_registers(msr_bitmap + WRITES_OF_X2APIC, end);
}

/* What the VMCS switches; and, not for layers, what is switched between restart units: they share it with their guest. */
void permission_intel(const struct config_header *config, uint32_t subject, uint32_t secondary, uint8_t *pages)
{
	static const uint32_t in_vmcs[] = {0x174, 0x175, 0x176, 0xc0000100u, 0xc0000101u},
	                      switched[] = {INTEL_SWITCHED};
	const struct config_subject *s = &config_subjects(config)[subject];
	uint8_t *msr = pages + PERMISSION_MSR;

	memset(pages, 0xff, placement_costs_intel.subject_pages * PAGE);
	allow_ports(config, s, pages);
	for (unsigned i = 0; i < sizeof(in_vmcs) / sizeof(*in_vmcs); i++)
		allow_msr_intel(msr, in_vmcs[i]);
	for (unsigned i = 0; s->kind != KIND_LAYER && i < sizeof(switched) / sizeof(*switched); i++)
		allow_msr_intel(msr, switched[i]);
	memcpy(pages + PERMISSION_ASSISTED, msr, PAGE);
	permission_assisted(pages + PERMISSION_ASSISTED, secondary);
}
