/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_IOAPIC_H
#define DEVICES_IOAPIC_H

#include <stdbool.h>
#include <stdint.h>

#define IOAPIC_BASE UINT64_C(0xfec00000)
#define IOAPIC_PINS 24
#define IOAPIC_RTE_VECTOR(rte) ((uint8_t)(rte))
#define IOAPIC_RTE_MODE(rte) ((unsigned)((rte) >> 8 & 7)) /* 0 fixed, 1 lowest, 2 SMI, 4 NMI, 5 INIT, 7 ExtINT */
#define IOAPIC_RTE_LOGICAL UINT64_C(0x800)
#define IOAPIC_RTE_LOW_ACTIVE UINT64_C(0x2000)
#define IOAPIC_RTE_REMOTE_IRR UINT64_C(0x4000)
#define IOAPIC_RTE_LEVEL UINT64_C(0x8000)
#define IOAPIC_RTE_MASKED UINT64_C(0x10000)
#define IOAPIC_RTE_DESTINATION(rte) ((uint8_t)((rte) >> 56))

/* Where messages go: called once per message, with the entry as it was then. */
struct ioapic_sink {
	void (*deliver)(void *owner, uint64_t rte);
	void *owner;
};

/* An 82093AA: version 0x11, 24 pins, no EOI register (Linux uses that only from version 0x20 on). */
struct ioapic {
	struct ioapic_sink sink;
	uint64_t rte[IOAPIC_PINS];
	uint32_t lines; /* present levels */
	uint8_t id, select;
};

/* `id` is 0..15, a number of its own: it may equal a local APIC's. */
void ioapic_init(struct ioapic *ioapic, const struct ioapic_sink *sink, uint8_t id);
void ioapic_reset(struct ioapic *ioapic);
void ioapic_set(void *ioapic, unsigned line, bool level); /* for struct pin: lines 0..23, true = asserted */
/* The end of a level interrupt with this vector, from whichever local APIC broadcast it. */
void ioapic_eoi(struct ioapic *ioapic, uint8_t vector);
/* True if a pin with this vector is level-triggered: its EOI has to come here. */
bool ioapic_needs_eoi(const struct ioapic *ioapic, uint8_t vector);
/* MMIO, `offset` within the 4 KiB page; sizes 1, 2, 4, 8. Registers are 32 bits wide at 16-byte steps. */
uint32_t ioapic_read(const struct ioapic *ioapic, uint32_t offset, unsigned size);
void ioapic_write(struct ioapic *ioapic, uint32_t offset, unsigned size, uint32_t value);
/* The same for a struct window. */
uint64_t ioapic_mmio_read(void *ioapic, uint32_t offset, unsigned size);
void ioapic_mmio_write(void *ioapic, uint32_t offset, unsigned size, uint64_t value);

#endif
