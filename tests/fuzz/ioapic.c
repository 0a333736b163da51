/* SPDX-License-Identifier: ISC */
/* The I/O APIC: nothing is sent through a masked entry, and no level twice without an end between. */
#include "devices/ioapic.h"
#include "tests/fuzz/device_script.h"

static void deliver(void *owner, uint64_t rte)
{
	MUST(!(rte & IOAPIC_RTE_MASKED));
	MUST(!(rte & IOAPIC_RTE_LEVEL) || !(rte & IOAPIC_RTE_REMOTE_IRR) || IOAPIC_RTE_MODE(rte) > 1);
	++*(unsigned *)owner;
}

static void step(struct ioapic *ioapic, struct script *script)
{
	uint32_t what = take(script, 1), offset;

	switch (what & 3) {
	case 0:
		ioapic_set(ioapic, what >> 2 & 31, what >> 7);
		break;
	case 1:
		ioapic_eoi(ioapic, (uint8_t)take(script, 1));
		break;
	case 2:
		offset = what & 4 ? take(script, 2) : what & 8 ? 0x10 : 0;
		ioapic_write(ioapic, offset, 1u << (what >> 4 & 3), take(script, 4));
		break;
	default:
		(void)ioapic_read(ioapic, take(script, 2), 1u << (what >> 4 & 3));
		(void)ioapic_needs_eoi(ioapic, (uint8_t)what);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};
	unsigned sent = 0;
	struct ioapic ioapic;

	ioapic_init(&ioapic, &(struct ioapic_sink){deliver, &sent}, 0);
	while (more(&script)) {
		unsigned before = sent;

		step(&ioapic, &script);
		MUST(sent - before <= IOAPIC_PINS);
	}
	return 0;
}
