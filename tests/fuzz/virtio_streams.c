/* SPDX-License-Identifier: ISC */
/* A virtio console and a source of entropy under any driver, over a back end that takes and gives what it likes. */
#include "devices/virtio_console.h"
#include "devices/virtio_rng.h"
#include "tests/fuzz/device_script.h"
#include "tests/unit/pci_fixture.h"

#define RING 0x1000u
#define QUEUE 0x400u
static struct pci_fixture f;
static struct virtio_console console;
static struct virtio_rng rng;
static size_t room;
static uint64_t seen;

static size_t back_end_write(void *owner, const uint8_t *bytes, size_t count)
{
	size_t taken = count < room ? count : room;

	(void)owner;
	for (size_t i = 0; i < taken; i++)
		seen += bytes[i]; /* all of it is readable */
	room -= taken;
	return taken;
}

static size_t back_end_read(void *owner, uint8_t *bytes, size_t count)
{
	size_t given = count < room ? count : room;

	(void)owner;
	memset(bytes, 'x', given);
	room -= given;
	return given;
}

static bool random_value(uint64_t *value)
{
	*value = seen++;
	return seen % 5;
}

static void message(void *owner, uint64_t address, uint32_t data)
{
	(void)owner;
	(void)address;
	(void)data;
}

static void write_common(uint32_t offset, unsigned size, uint64_t value)
{
	pci_fixture_write(&f, PCI_FIXTURE_MEMORY + (1u << 24) + offset, size, value);
}

/* A driver that has come as far as DRIVER_OK with its queues. */
static void start(unsigned queues)
{
	write_common(20, 1, 0);
	write_common(20, 1, 3);
	write_common(8, 4, 1);
	write_common(12, 4, 1);
	write_common(20, 1, 11);
	for (unsigned i = 0; i < queues; i++) {
		write_common(22, 2, i);
		write_common(24, 2, 8);
		write_common(32, 8, RING + i * QUEUE);
		write_common(40, 8, RING + i * QUEUE + 0x100);
		write_common(48, 8, RING + i * QUEUE + 0x200);
		write_common(28, 2, 1);
	}
	write_common(20, 1, 15);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};
	bool entropy = take(&script, 1) & 1;
	struct msix_sink sink = {message, 0};
	uint64_t now = 0;
	struct device_clock clock = {fake_now, &now, 0};

	seen = room = 0;
	pci_fixture_init(&f);
	memset(&console, 0, sizeof(console));
	memset(&rng, 0, sizeof(rng));
	if (entropy)
		virtio_rng_init(&rng, take(&script, 1) % 3, random_value, &clock, &sink);
	else
		virtio_console_init(&console, &(struct serial_backend){back_end_write, back_end_read, 0}, &clock,
		                    &sink);
	MUST(pci_fixture_connect(&f, entropy ? &rng.virtio.function : &console.virtio.function));
	while (more(&script)) {
		uint32_t what = take(&script, 1), at = take(&script, 2);
		if (what < 16)
			start(entropy ? 1 : 2);
		else if (what < 130)
			memcpy(f.ram + RING + at % (2 * QUEUE),
			       &(uint64_t){take(&script, 4) | (uint64_t)take(&script, 4) << 32}, 8);
		else if (what < 170)
			bus_write(&f.bus, PCI_FIXTURE_IO + 16, 2, what & 1);
		else if (what < 200)
			bus_write(&f.bus, (uint16_t)(PCI_FIXTURE_IO + at % 64), 1u << what % 3, take(&script, 4));
		else if (what < 220)
			write_common(at % 4096 & ~7u, 1u << what % 4, take(&script, 4));
		else if (what < 230)
			(void)pci_fixture_read(&f, PCI_FIXTURE_MEMORY + (1u << 24) + (at % 4096 & ~7u), 1u << what % 4);
		else
			room = at;
		now++;
		if (entropy) {
			virtio_rng_run(&rng, now);
		} else {
			virtio_console_poll(&console);
			virtio_console_run(&console, now);
		}
	}
	return 0;
}
