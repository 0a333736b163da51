/* SPDX-License-Identifier: ISC */
/* PCI, power management, reset and debug ports together on one bus, at any port. */
#include "devices/debug.h"
#include "devices/host_bridge.h"
#include "devices/pci.h"
#include "devices/pm.h"
#include "devices/reset.h"
#include "tests/fuzz/device_script.h"

static void count(void *counter)
{
	++*(unsigned *)counter;
}

static void leave(void *counter, uint32_t code)
{
	(void)code;
	++*(unsigned *)counter;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t base[8] = {0xcf8, 0xcf8, PM_BASE, PM_BASE, 0x60, 0x80, 0xe0, 0x4f0};
	static struct bus bus;
	static struct pci_function bridge;
	static struct pci pci;
	static struct mmio_map mmio;
	static struct guest_memory memory;
	struct script script = {data, data + size};
	struct probe sci = {0};
	uint64_t now = 0;
	unsigned events = 0;
	struct device_clock clock = {fake_now, &now, 0};
	struct pm pm;
	struct reset reset;
	struct debug debug;

	bus.count = 0;
	mmio.count = 0;
	pci_init(&pci, &bus, &mmio, &memory, &(struct pin){0});
	host_bridge_init(&bridge, true);
	pm_init(&pm, &clock, &(struct pm_sink){count, &events}, &(struct pin){probe_set, &sci, 0});
	reset_init(&reset, &(struct reset_sink){count, &events});
	debug_init(&debug, &(struct debug_sink){.exit = leave, .owner = &events});
	MUST(!pci_connect(&pci, 0, 0, &bridge) && !pci_attach(&pci, &bus) && !pm_attach(&pm, &bus) &&
	     !reset_attach(&reset, &bus) && !debug_attach(&debug, &bus));
	pm_place(&pm, PM_BASE);
	while (more(&script)) {
		uint32_t what = take(&script, 1);

		now += what >> 4 & 1 ? take(&script, 4) : 1;
		pm_run(&pm, now);
		MUST(pm_deadline(&pm) > now);
		port_access(&script, &bus, what & 8 ? (uint16_t)take(&script, 2) : base[what & 7]);
		MUST(bridge.config[0] == 0x86 && bridge.config[1] == 0x80);
		MUST(pm_deadline(&pm) > now);
	}
	return 0;
}
