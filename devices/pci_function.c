/* SPDX-License-Identifier: ISC */
/*
 * One PCI function as its model sees it: header, BARs, capabilities, interrupt pin, DMA.
 *
 * The header is bytes and a mask (pci.c); what a BAR shows when all ones are written to it follows from the mask alone.
 * After every write to COMMAND or a BAR each window is placed anew, so nothing has to be compared.
 *
 * Left out: 64-bit BARs, MSI, power management, the error bits of STATUS.
 * Specification: PCI Local Bus 3.0, 6.1 to 6.7.
 */
#include "devices/pci_function.h"
#include "devices/pci.h"

enum { INTERRUPT_STATUS = 0x08, HAS_CAPABILITIES = 0x10, FIRST_CAPABILITY = 0x40 };
enum { BAR_IS_IO = 1, BAR_IS_PREFETCHABLE = 8, ROM_ENABLE = 1, ROM_LEAST = 2048, ROM_MOST = 16 << 20 };

static void put(struct pci_function *function, unsigned offset, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		function->config[offset + i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get(const struct pci_function *function, unsigned offset)
{
	uint32_t value = 0;
	for (unsigned i = 0; i < 4; i++)
		value |= (uint32_t)function->config[offset + i] << 8 * i;
	return value;
}

static unsigned command(const struct pci_function *function)
{
	return get(function, PCI_COMMAND) & 0xffff;
}

void pci_function_init(struct pci_function *function, const struct pci_identity *identity)
{
	*function = (struct pci_function){.free_capability = FIRST_CAPABILITY};
	put(function, 0, identity->vendor | (uint32_t)identity->device << 16, 4);
	put(function, 8,
	    identity->revision | (uint32_t)identity->interface << 8 | (uint32_t)identity->subclass << 16 |
	            (uint32_t)identity->class_code << 24,
	    4);
	put(function, PCI_SUBSYSTEM_VENDOR, identity->subsystem_vendor | (uint32_t)identity->subsystem << 16, 4);
	function->config[PCI_INTERRUPT_PIN] = identity->pin;
	function->writable[PCI_COMMAND] = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	function->writable[PCI_COMMAND + 1] = PCI_COMMAND_INTX_DISABLE >> 8;
	function->writable[PCI_INTERRUPT_LINE] = 0xff;
}

static unsigned bar_offset(unsigned index)
{
	return index == PCI_BARS ? PCI_ROM : PCI_BAR + 4 * index;
}

void pci_function_bar(struct pci_function *function, unsigned index, enum pci_bar_kind kind, uint32_t size,
                      const struct window *window)
{
	static const uint8_t low[] = {
	        [PCI_BAR_IO] = BAR_IS_IO, [PCI_BAR_PREFETCHABLE] = BAR_IS_PREFETCHABLE, [PCI_BAR_ROM] = 0};
	unsigned offset = bar_offset(index);
	function->bar[index] = (struct pci_bar){.window = *window, .size = size, .kind = (uint8_t)kind};
	put(function, offset, low[kind], 4);
	for (unsigned i = 0; i < 4; i++)
		function->writable[offset + i] = (uint8_t)(~(size - 1) >> 8 * i);
}

static uint64_t rom_read(void *owner, uint32_t offset, unsigned size)
{
	const struct pci_function *function = owner;
	uint64_t value = UINT64_MAX;
	if (offset < function->rom_bytes)
		__builtin_memcpy(&value, function->rom + offset,
		                 size <= function->rom_bytes - offset ? size : function->rom_bytes - offset);
	return value;
}

static void rom_write(void *owner, uint32_t offset, unsigned size, uint64_t value)
{
	(void)owner;
	(void)offset;
	(void)size;
	(void)value;
}

void pci_function_rom(struct pci_function *function, const void *bytes, uint32_t size)
{
	uint32_t window = ROM_LEAST;
	size = size < ROM_MOST ? size : ROM_MOST;
	while (window < size)
		window *= 2;
	function->rom = bytes;
	function->rom_bytes = size;
	pci_function_bar(function, PCI_BARS, PCI_BAR_ROM, window, &(struct window){function, rom_read, rom_write});
	function->writable[PCI_ROM] |= ROM_ENABLE;
}

unsigned pci_function_capability(struct pci_function *function, uint8_t id, unsigned bytes, const uint8_t *contents,
                                 const uint8_t *writable)
{
	unsigned at = function->free_capability;
	for (unsigned i = 2; i < bytes; i++) {
		function->config[at + i] = contents[i];
		function->writable[at + i] = writable ? writable[i] : 0;
	}
	function->config[at] = id;
	function->config[at + 1] = 0;
	function->config[function->last_capability ? function->last_capability + 1u : PCI_CAPABILITIES] = (uint8_t)at;
	function->config[PCI_STATUS] |= HAS_CAPABILITIES;
	function->last_capability = (uint8_t)at;
	function->free_capability = (uint8_t)((at + bytes + 3) & ~3u);
	return at;
}

static void drive(struct pci_function *function)
{
	bool shown = function->level && !(command(function) & PCI_COMMAND_INTX_DISABLE);
	function->config[PCI_STATUS] &= (uint8_t)~INTERRUPT_STATUS;
	function->config[PCI_STATUS] |= function->level ? INTERRUPT_STATUS : 0;
	if (shown == function->driven || !function->pci)
		return;
	function->driven = shown;
	pci_drive(function->pci, function->devfn, function->config[PCI_INTERRUPT_PIN], shown);
}

void pci_function_interrupt(struct pci_function *function, bool level)
{
	if (level == function->level)
		return;
	function->level = level;
	drive(function);
}

static void place(struct pci_function *function, unsigned index)
{
	const struct pci_bar *bar = &function->bar[index];
	uint32_t value = get(function, bar_offset(index)), base = value & ~(bar->size - 1);
	bool io = bar->kind == PCI_BAR_IO;
	bool on = command(function) & (io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY);
	if (bar->kind == PCI_BAR_ROM)
		on = on && (value & ROM_ENABLE);
	if (io)
		bus_move(function->pci->bus, bar->slot, (uint16_t)base, on && base < 0x10000);
	else
		mmio_map_place(function->pci->mmio, bar->slot, base, on ? bar->size : 0);
}

void pci_function_written(struct pci_function *function, unsigned offset, unsigned size)
{
	bool bars = offset < PCI_ROM + 4 && offset + size > PCI_BAR;
	bool enables = offset < PCI_STATUS && offset + size > PCI_COMMAND;
	for (unsigned i = 0; i < PCI_WINDOWS && (bars || enables); i++)
		if (function->bar[i].size)
			place(function, i);
	if (enables)
		drive(function);
	if (function->changed)
		function->changed(function->owner, (uint8_t)offset, size);
}

static bool is_master(const struct pci_function *function)
{
	return function->pci && (command(function) & PCI_COMMAND_MASTER);
}

void *pci_dma_at(const struct pci_function *function, uint64_t gpa, uint64_t length)
{
	return is_master(function) ? guest_memory_at(function->pci->memory, gpa, length) : 0;
}

bool pci_dma_read(const struct pci_function *function, uint64_t gpa, void *to, uint64_t length)
{
	return is_master(function) && guest_memory_read(function->pci->memory, gpa, to, length);
}

bool pci_dma_write(const struct pci_function *function, uint64_t gpa, const void *from, uint64_t length)
{
	return is_master(function) && guest_memory_write(function->pci->memory, gpa, from, length);
}
