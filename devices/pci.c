/* SPDX-License-Identifier: ISC */
/*
 * PCI configuration mechanism 1 and bus 0.
 *
 * CF8 holds an address only as a whole dword; smaller accesses there are plain I/O (CF9 is the reset port). CFC reads
 * and writes the addressed function's bytes. What a function allows to change is a bit mask beside its bytes, so most
 * functions need no code. All buses but 0 are empty, and empty places read all ones.
 *
 * Left out: mechanism 2, Type 1 cycles to other buses, special cycles.
 * Specification: PCI Local Bus 3.0, 3.2.2.3; data sheets Intel 82441FX (290549) for PAM, 82G33 (Q35, 316966).
 */
#include "devices/pci.h"

enum { ADDRESS = 0, DATA = 4, PORTS = 8 };
#define ENABLE UINT32_C(0x80000000)
enum { HEADER_TYPE = 0x0e, MULTI_FUNCTION = 0x80 };

enum status pci_add(struct pci *pci, unsigned device, unsigned function, struct pci_function *config)
{
	unsigned devfn = device * 8 + function;

	if (device > 31 || function > 7)
		return ERR_ARGUMENT;
	if (pci->function[devfn])
		return ERR_STATE;
	/* Function 0 says whether there are others; either of them may come first. */
	for (unsigned i = 1; i < 8 && !function; i++)
		if (pci->function[device * 8 + i])
			config->config[HEADER_TYPE] |= MULTI_FUNCTION;
	if (function && pci->function[device * 8])
		pci->function[device * 8]->config[HEADER_TYPE] |= MULTI_FUNCTION;
	pci->function[devfn] = config;
	return OK;
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
	if (function->changed)
		function->changed(function->owner, (uint8_t)offset, size);
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

void pci_host_bridge(struct pci_function *bridge, enum pci_host kind)
{
	static const uint8_t header[2][16] = {
	        [PCI_HOST_I440FX] = {0x86, 0x80, 0x37, 0x12, 0x06, 0, 0x80, 0x02, 0x02, 0, 0, 0x06},
	        [PCI_HOST_Q35] = {0x86, 0x80, 0xc0, 0x29, 0x06, 0, 0, 0, 0, 0, 0, 0x06},
	};
	unsigned pam = kind == PCI_HOST_Q35 ? 0x90 : 0x59;

	*bridge = (struct pci_function){0};
	for (unsigned i = 0; i < 16; i++)
		bridge->config[i] = header[kind][i];
	for (unsigned i = 0; i < 7; i++)
		bridge->writable[pam + i] = 0x33;
}

enum status pci_attach(struct pci *pci, struct bus *bus)
{
	return bus_add(bus, &(struct bus_range){0xcf8, PORTS, pci, port_read, port_write, 4});
}
