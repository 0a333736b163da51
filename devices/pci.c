/* SPDX-License-Identifier: ISC */
/*
 * PCI configuration of bus 0, by mechanism 1 and by memory (ECAM).
 *
 * CF8 holds an address only as a whole dword; smaller accesses there are plain I/O (CF9 is the reset port). CFC reads
 * and writes the addressed function's bytes. What a function allows to change is a bit mask beside its bytes, so most
 * functions need no code. All buses but 0 are empty, and empty places read all ones. In memory each function of bus 0 has
 * a page; its first 256 bytes are the same, behind them it has nothing.
 *
 * Left out: mechanism 2, Type 1 cycles to other buses, special cycles.
 * Specification: PCI Local Bus 3.0, 3.2.2.3; PCI Express Base 5.0, 7.2.2; PCI Firmware 3.2, 4.1.2 (MCFG).
 */
#include "devices/pci.h"

enum { ADDRESS = 0, DATA = 4, PORTS = 8 };
#define ENABLE UINT32_C(0x80000000)
enum { MULTI_FUNCTION = 0x80 };

void pci_init(struct pci *pci, struct bus *bus, struct mmio_map *mmio, const struct guest_memory *memory,
              const struct pin *pirq)
{
	*pci = (struct pci){.bus = bus, .mmio = mmio, .memory = memory};
	for (unsigned i = 0; i < PCI_PIRQS; i++)
		pci->pirq[i] = (struct pin){pirq->set, pirq->owner, pirq->line + i};
}

/* Function 0 says whether there are others; either of them may come first. */
static void mark_multi_function(struct pci *pci, unsigned device, unsigned function, struct pci_function *config)
{
	for (unsigned i = 1; i < 8 && !function; i++)
		if (pci->function[device * 8 + i])
			config->config[PCI_HEADER_TYPE] |= MULTI_FUNCTION;
	if (function && pci->function[device * 8])
		pci->function[device * 8]->config[PCI_HEADER_TYPE] |= MULTI_FUNCTION;
}

static uint32_t bar_port_read(void *owner, uint16_t offset, unsigned size)
{
	const struct pci_bar *bar = owner;
	return (uint32_t)bar->window.read(bar->window.device, offset, size);
}

static void bar_port_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	const struct pci_bar *bar = owner;
	bar->window.write(bar->window.device, offset, size, value);
}

static enum status add_bar(struct pci *pci, struct pci_bar *bar)
{
	unsigned slot = 0;
	enum status status;
	if (bar->kind == PCI_BAR_IO)
		status = bus_add_movable(
		        pci->bus, &(struct bus_range){0, (uint16_t)bar->size, bar, bar_port_read, bar_port_write, 4},
		        &slot);
	else
		status = mmio_map_add(pci->mmio, &bar->window, &slot);
	bar->slot = (uint8_t)slot;
	return status;
}

enum status pci_connect(struct pci *pci, unsigned device, unsigned function, struct pci_function *config)
{
	unsigned devfn = device * 8 + function;

	if (device >= PCI_DEVICES || function > 7)
		return ERR_ARGUMENT;
	if (pci->function[devfn])
		return ERR_STATE;
	for (unsigned i = 0; i < PCI_WINDOWS; i++)
		if (config->bar[i].size && add_bar(pci, &config->bar[i]))
			return ERR_FULL;
	mark_multi_function(pci, device, function, config);
	config->pci = pci;
	config->devfn = (uint8_t)devfn;
	pci->function[devfn] = config;
	return OK;
}

unsigned pci_free_device(const struct pci *pci, unsigned from)
{
	for (; from < PCI_DEVICES; from++) {
		bool taken = false;
		for (unsigned i = 0; i < 8; i++)
			taken = taken || pci->function[from * 8 + i];
		if (!taken)
			break;
	}
	return from;
}

void pci_drive(struct pci *pci, unsigned devfn, unsigned pin, bool level)
{
	unsigned wire = (pin - 1 + devfn / 8 - 1) % PCI_PIRQS;
	if (!pin)
		return;
	pci->asserted[wire] = (uint16_t)(pci->asserted[wire] + (level ? 1 : -1));
	pin_set(&pci->pirq[wire], pci->asserted[wire]);
}

uint32_t pci_config_read(const struct pci *pci, unsigned devfn, unsigned offset, unsigned size)
{
	const struct pci_function *function = devfn < 256 ? pci->function[devfn] : 0;
	uint32_t value = 0;

	if (!function || offset > 256 - size)
		return UINT32_MAX;
	for (unsigned i = 0; i < size; i++)
		value |= (uint32_t)function->config[offset + i] << 8 * i;
	return value;
}

void pci_config_write(struct pci *pci, unsigned devfn, unsigned offset, unsigned size, uint32_t value)
{
	struct pci_function *function = devfn < 256 ? pci->function[devfn] : 0;

	if (!function || offset > 256 - size)
		return;
	for (unsigned i = 0; i < size; i++) {
		uint8_t mask = function->writable[offset + i], byte = (uint8_t)(value >> 8 * i);

		function->config[offset + i] = (uint8_t)((function->config[offset + i] & ~mask) | (byte & mask));
	}
	pci_function_written(function, offset, size);
}

/* The addressed function, or 256 if there cannot be one: not enabled, or another bus than 0. */
static unsigned addressed(const struct pci *pci)
{
	return (pci->address & ENABLE) && !(pci->address >> 16 & 0xff) ? pci->address >> 8 & 0xff : 256;
}

static uint32_t port_read(void *owner, uint16_t offset, unsigned size)
{
	const struct pci *pci = owner;

	if (offset >= DATA)
		return pci_config_read(pci, addressed(pci), (pci->address & 0xfc) + offset - DATA, size);
	return size == 4 ? pci->address : UINT32_MAX;
}

static void port_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct pci *pci = owner;

	if (offset >= DATA)
		pci_config_write(pci, addressed(pci), (pci->address & 0xfc) + offset - DATA, size, value);
	else if (size == 4)
		pci->address = value & UINT32_C(0x80fffffc);
}

/* An access of eight bytes is two of four. */
static uint64_t memory_read(void *owner, uint32_t offset, unsigned size)
{
	const struct pci *pci = owner;
	unsigned devfn = offset / PCI_ECAM_FUNCTION, at = offset % PCI_ECAM_FUNCTION;

	if (size == 8)
		return pci_config_read(pci, devfn, at, 4) | (uint64_t)pci_config_read(pci, devfn, at + 4, 4) << 32;
	return pci_config_read(pci, devfn, at, size) & (UINT64_MAX >> (64 - 8 * size));
}

static void memory_write(void *owner, uint32_t offset, unsigned size, uint64_t value)
{
	struct pci *pci = owner;
	unsigned devfn = offset / PCI_ECAM_FUNCTION, at = offset % PCI_ECAM_FUNCTION;

	pci_config_write(pci, devfn, at, size == 8 ? 4 : size, (uint32_t)value);
	if (size == 8)
		pci_config_write(pci, devfn, at + 4, 4, (uint32_t)(value >> 32));
}

enum status pci_attach(struct pci *pci, struct bus *bus)
{
	enum status status = bus_add(bus, &(struct bus_range){0xcf8, PORTS, pci, port_read, port_write, 4});

	return status ? status
	              : mmio_map_fixed(pci->mmio, PCI_ECAM_BASE, PCI_ECAM_BYTES,
	                               &(struct window){pci, memory_read, memory_write});
}
