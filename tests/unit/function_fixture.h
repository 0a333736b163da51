/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_FUNCTION_FIXTURE_H
#define TESTS_UNIT_FUNCTION_FIXTURE_H

/* A PCI function that stands alone: memory, bus mastering, its windows and its configuration as a driver sees them. */
#include "devices/pci.h"
#include "tests/unit/device_fixture.h"

static inline void stand_alone(struct pci *pci, struct pci_function *function, const struct guest_memory *memory)
{
	*pci = (struct pci){.memory = memory};
	function->pci = pci;
	function->config[PCI_COMMAND] |= PCI_COMMAND_MASTER;
}

static inline uint32_t window_read(const struct pci_function *function, unsigned bar, uint32_t offset, unsigned size)
{
	const struct window *window = &function->bar[bar].window;
	return (uint32_t)window->read(window->device, offset, size);
}

static inline void window_write(const struct pci_function *function, unsigned bar, uint32_t offset, unsigned size,
                                uint64_t value)
{
	const struct window *window = &function->bar[bar].window;
	window->write(window->device, offset, size, value);
}

/* A configuration write of a function that is connected to nothing but its hook. */
static inline void config_write(struct pci_function *function, uint8_t offset, unsigned size, uint32_t value)
{
	for (unsigned i = 0; i < size; i++) {
		uint8_t mask = function->writable[offset + i];
		function->config[offset + i] =
		        (uint8_t)((function->config[offset + i] & ~mask) | ((value >> 8 * i) & mask));
	}
	function->changed(function->owner, offset, size);
}

static inline uint32_t config_read(const struct pci_function *function, uint8_t offset)
{
	uint32_t value = 0;
	for (unsigned i = 0; i < 4; i++)
		value |= (uint32_t)function->config[offset + i] << 8 * i;
	return value;
}

#endif
