/* SPDX-License-Identifier: ISC */
/* A PCI bus with PIIX3, power management and a card with BARs; HPET; fw_cfg: any configuration, any port, any memory. */
#include "devices/fw_cfg.h"
#include "devices/hpet.h"
#include "devices/pci.h"
#include "devices/piix3.h"
#include "devices/pm.h"
#include "tests/fuzz/device_script.h"

enum { RAM = 0x4000 };
static uint8_t ram[RAM];

static uint64_t card_read(void *device, uint32_t offset, unsigned size)
{
	(void)device;
	MUST(offset + size <= 0x1000);
	return offset;
}

static void card_write(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	MUST(offset + size <= 0x1000);
	pci_function_interrupt(device, value & 1);
	(void)pci_dma_write(device, value, &value, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bus bus;
	static struct mmio_map mmio;
	static struct pci pci;
	static struct pci_function card;
	static struct piix3 piix3;
	static struct pm pm;
	static struct pic pic;
	static struct ioapic ioapic;
	static struct fw_cfg fw_cfg;
	static struct probe lines[64];
	struct guest_memory memory = {0};
	struct isa isa = {&pic, &ioapic};
	struct script script = {data, data + size};
	uint64_t now = 0;
	struct device_clock clock = {fake_now, &now, 0};
	struct hpet hpet;

	memset(&bus, 0, sizeof(bus));
	memset(&mmio, 0, sizeof(mmio));
	guest_memory_add(&memory, 0, RAM, ram);
	pic_init(&pic, &(struct pin){0});
	ioapic_init(&ioapic, &(struct ioapic_sink){0}, 1);
	piix3_init(&piix3, &isa);
	pci_init(&pci, &bus, &mmio, &memory, &(struct pin){piix3_set, &piix3, 0});
	pm_init(&pm, &clock, &(struct pm_sink){0}, &(struct pin){0});
	hpet_init(&hpet, &clock, &(struct pin){probe_set, lines, 0}, &(struct pin){isa_set, &isa, 0});
	fw_cfg_init(&fw_cfg, &memory);
	pci_function_init(&card, &(struct pci_identity){.vendor = 1, .pin = 1});
	pci_function_bar(&card, 0, PCI_BAR_MEMORY, 0x1000, &(struct window){&card, card_read, card_write});
	pci_function_bar(&card, 3, PCI_BAR_IO, 64, &(struct window){&card, card_read, card_write});
	MUST(!pci_attach(&pci, &bus) && !pm_attach(&pm, &bus) && !fw_cfg_attach(&fw_cfg, &bus) &&
	     !pci_connect(&pci, 1, 0, &piix3.function) && !pci_connect(&pci, 1, 3, &pm.function) &&
	     !pci_connect(&pci, 2, 0, &card) && fw_cfg_add_file(&fw_cfg, "f", ram, 100, 0));
	while (more(&script)) {
		static const uint16_t base[4] = {0xcf8, 0xcf8, 0x510, 0x510};
		uint32_t what = take(&script, 1), width = 1u << (what >> 6);

		now += what >> 5 & 1 ? take(&script, 4) : 1;
		if (what & 8) {
			uint32_t at = take(&script, 2) & (HPET_BYTES - 8);
			hpet_write(&hpet, at, width, take(&script, 4) | (uint64_t)take(&script, 4) << 32);
			(void)hpet_read(&hpet, at, width);
		} else if (what & 4) {
			uint64_t gpa = take(&script, 4);
			const struct mmio_range *range = mmio_map_find(&mmio, gpa, width);
			if (range)
				range->window.write(range->window.device, (uint32_t)(gpa - range->base), width,
				                    take(&script, 4));
		} else {
			port_access(&script, &bus, what & 16 ? (uint16_t)take(&script, 2) : base[what & 3]);
		}
		hpet_run(&hpet, now);
		MUST(hpet_deadline(&hpet) > now);
		MUST(pci.asserted[1] <= 1);
	}
	return 0;
}
