/* SPDX-License-Identifier: ISC */
/*
 * An 82093AA I/O APIC with 24 pins.
 *
 * Every change (a line, an entry, an EOI) ends in `service` for the pins it touched. An edge pin sends when its line
 * rises and it is not masked, and never later. A level pin sends whenever line is high, mask is clear and Remote IRR is
 * clear; sending sets Remote IRR, the EOI clears it. So an EOI of a line that is still high sends again, without any
 * special case.
 *
 * Left out: the arbitration bus (ID register reads back), delivery status (always idle: messages are taken at once).
 * Polarity does not matter: a pin's level means asserted.
 * Data sheet: Intel 82093AA (290566-001), 3.2.4 for the entry's bits.
 */
#include "devices/ioapic.h"

enum { IOREGSEL = 0x00, IOWIN = 0x10 };
enum { REG_ID = 0, REG_VERSION = 1, REG_ARBITRATION = 2, REG_RTE = 0x10 };
#define VERSION (0x11u | (IOAPIC_PINS - 1) << 16)
#define RTE_READ_ONLY (IOAPIC_RTE_REMOTE_IRR | UINT64_C(0x1000))
#define RTE_RESERVED UINT64_C(0x00fffffffffe0000)

static void service(struct ioapic *ioapic, unsigned pin, bool rose)
{
	uint64_t rte = ioapic->rte[pin];
	bool level = rte & IOAPIC_RTE_LEVEL, high = ioapic->lines >> pin & 1;

	if (rte & IOAPIC_RTE_MASKED || !high)
		return;
	if (level ? rte & IOAPIC_RTE_REMOTE_IRR : !rose)
		return;
	/* Only fixed and lowest-priority messages get an EOI; a level line of another mode is sent as an edge would be. */
	if (level && IOAPIC_RTE_MODE(rte) > 1 && !rose)
		return;
	if (level && IOAPIC_RTE_MODE(rte) <= 1)
		ioapic->rte[pin] |= IOAPIC_RTE_REMOTE_IRR;
	if (ioapic->sink.deliver)
		ioapic->sink.deliver(ioapic->sink.owner, rte);
}

void ioapic_set(void *owner, unsigned line, bool level)
{
	struct ioapic *ioapic = owner;
	uint32_t bit;
	bool rose;

	if (line >= IOAPIC_PINS)
		return;
	bit = UINT32_C(1) << line;
	rose = level && !(ioapic->lines & bit);
	ioapic->lines = level ? ioapic->lines | bit : ioapic->lines & ~bit;
	service(ioapic, line, rose);
}

void ioapic_eoi(struct ioapic *ioapic, uint8_t vector)
{
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
		uint64_t rte = ioapic->rte[pin];

		if (IOAPIC_RTE_VECTOR(rte) != vector || !(rte & IOAPIC_RTE_LEVEL) || !(rte & IOAPIC_RTE_REMOTE_IRR))
			continue;
		ioapic->rte[pin] &= ~IOAPIC_RTE_REMOTE_IRR;
		service(ioapic, pin, false);
	}
}

bool ioapic_needs_eoi(const struct ioapic *ioapic, uint8_t vector)
{
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
		if (IOAPIC_RTE_VECTOR(ioapic->rte[pin]) == vector && ioapic->rte[pin] & IOAPIC_RTE_LEVEL)
			return true;
	return false;
}

static uint32_t read_register(const struct ioapic *ioapic)
{
	unsigned index = ioapic->select;

	if (index == REG_ID || index == REG_ARBITRATION)
		return (uint32_t)ioapic->id << 24;
	if (index == REG_VERSION)
		return VERSION;
	if (index < REG_RTE || index >= REG_RTE + 2 * IOAPIC_PINS)
		return 0;
	return (uint32_t)(ioapic->rte[(index - REG_RTE) / 2] >> (index & 1 ? 32 : 0));
}

static void write_rte(struct ioapic *ioapic, unsigned pin, bool upper, uint32_t value)
{
	uint64_t old = ioapic->rte[pin];
	uint64_t rte = upper ? (old & UINT32_MAX) | (uint64_t)value << 32 : (old & ~(uint64_t)UINT32_MAX) | value;

	rte = (rte & ~(RTE_READ_ONLY | RTE_RESERVED)) | (old & RTE_READ_ONLY);
	/* Linux' way to end a level interrupt without an EOI register is to make the entry an edge for a moment. */
	if (!(rte & IOAPIC_RTE_LEVEL))
		rte &= ~IOAPIC_RTE_REMOTE_IRR;
	ioapic->rte[pin] = rte;
	service(ioapic, pin, false);
}

static void write_register(struct ioapic *ioapic, uint32_t value)
{
	unsigned index = ioapic->select;

	if (index == REG_ID)
		ioapic->id = value >> 24 & 0x0f;
	else if (index >= REG_RTE && index < REG_RTE + 2 * IOAPIC_PINS)
		write_rte(ioapic, (index - REG_RTE) / 2, index & 1, value);
}

uint32_t ioapic_read(const struct ioapic *ioapic, uint32_t offset, unsigned size)
{
	uint32_t value = 0;

	if (offset >= IOWIN + 4 || offset % 0x10 >= 4)
		return 0;
	value = offset < IOWIN ? ioapic->select : read_register(ioapic);
	value >>= 8 * (offset % 4);
	return size >= 4 ? value : value & ((UINT32_C(1) << 8 * size) - 1);
}

void ioapic_write(struct ioapic *ioapic, uint32_t offset, unsigned size, uint32_t value)
{
	if (offset == IOREGSEL)
		ioapic->select = (uint8_t)value;
	else if (offset == IOWIN && size >= 4) /* the data sheet asks for 32-bit accesses here */
		write_register(ioapic, value);
}

uint64_t ioapic_mmio_read(void *ioapic, uint32_t offset, unsigned size)
{
	return ioapic_read(ioapic, offset, size);
}

void ioapic_mmio_write(void *ioapic, uint32_t offset, unsigned size, uint64_t value)
{
	ioapic_write(ioapic, offset, size, (uint32_t)value);
}

void ioapic_reset(struct ioapic *ioapic)
{
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
		ioapic->rte[pin] = IOAPIC_RTE_MASKED;
	ioapic->select = 0;
}

void ioapic_init(struct ioapic *ioapic, const struct ioapic_sink *sink, uint8_t id)
{
	*ioapic = (struct ioapic){.sink = *sink, .id = id & 0x0f};
	ioapic_reset(ioapic);
}
