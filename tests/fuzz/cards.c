/* SPDX-License-Identifier: ISC */
/* The watchdog and the card of shared memory under any driver: configuration, ports, memory, time, the other side's bell. */
#include "devices/ivshmem.h"
#include "devices/watchdog.h"
#include "tests/fuzz/device_script.h"
#include "tests/unit/pci_fixture.h"

enum { SHARED = 0xd0000000, SHARED_BYTES = 0x10000 };
static struct pci_fixture f;
static struct watchdog watchdog;
static struct ivshmem ivshmem;
static uint64_t now;
static unsigned expired;

static void on_expired(void *owner)
{
	(void)owner;
	expired++;
}

static void ring(void *owner, uint16_t vector)
{
	(void)owner;
	(void)vector;
}

static void setup(void)
{
	struct device_clock clock = {fake_now, &now, 0};

	now = 0;
	expired = 0;
	pci_fixture_init(&f);
	watchdog_init(&watchdog, &clock, &(struct watchdog_sink){on_expired, 0});
	ivshmem_init(&ivshmem, 1, SHARED, SHARED_BYTES, &(struct ivshmem_peer){ring, 0});
	MUST(pci_fixture_connect(&f, &watchdog.pci));
	MUST(!pci_connect(&f.pci, 6, 0, &ivshmem.pci));
	pci_config_write(&f.pci, 6 * 8, PCI_BAR, 4, PCI_FIXTURE_MEMORY + (8u << 24));
	pci_config_write(&f.pci, 6 * 8, PCI_COMMAND, 2, 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};

	setup();
	while (more(&script)) {
		uint32_t what = take(&script, 1), at = take(&script, 1), width = 1u << what % 3;
		uint64_t gpa = PCI_FIXTURE_MEMORY + (what & 4 ? 8u << 24 : 0) + (at & ~(width - 1));

		if (what < 100)
			pci_fixture_write(&f, gpa, width, take(&script, width));
		else if (what < 140)
			(void)pci_fixture_read(&f, gpa, width);
		else if (what < 180)
			pci_config_write(&f.pci, what & 4 ? PCI_FIXTURE_DEVICE * 8 : 6 * 8, at, width,
			                 take(&script, 4));
		else if (what < 200)
			ivshmem_rung(&ivshmem);
		else
			now += take(&script, 4);
		unsigned before = expired;
		watchdog_run(&watchdog, now);
		MUST(watchdog_deadline(&watchdog) > now);
		MUST(expired - before <= 1); /* a time-out is told once, however late */
		for (unsigned i = 0; i < PCI_PIRQS; i++)
			MUST(f.pci.asserted[i] <= 2);
	}
	return 0;
}
