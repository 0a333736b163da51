/* SPDX-License-Identifier: ISC */
/* Specification: PCI Local Bus 3.0, 6.8.2. Table entries are written in dwords or quadwords; other sizes do nothing. */
#include "devices/msix.h"

enum { CAPABILITY_MSIX = 0x11, CAPABILITY_BYTES = 12, ENTRY_BYTES = 16 };
enum { CONTROL = 2, ENABLE = 0x80, FUNCTION_MASK = 0x40 }; /* in the upper byte of the control word */
enum { ADDRESS, ADDRESS_HIGH, DATA, VECTOR_CONTROL };
enum { VECTOR_MASK = 1 };

void msix_init(struct msix *msix, struct pci_function *function, const struct msix_sink *sink, unsigned vectors,
               unsigned bar, uint32_t table, uint32_t pending)
{
	uint8_t contents[CAPABILITY_BYTES] = {0}, writable[CAPABILITY_BYTES] = {[CONTROL + 1] = ENABLE | FUNCTION_MASK};
	contents[CONTROL] = (uint8_t)(vectors - 1);
	for (unsigned i = 0; i < 4; i++) {
		contents[4 + i] = (uint8_t)((table | bar) >> 8 * i);
		contents[8 + i] = (uint8_t)((pending | bar) >> 8 * i);
	}
	*msix = (struct msix){.function = function, .sink = *sink, .vectors = vectors};
	for (unsigned i = 0; i < vectors; i++)
		msix->entry[i][VECTOR_CONTROL] = VECTOR_MASK;
	msix->capability = pci_function_capability(function, CAPABILITY_MSIX, CAPABILITY_BYTES, contents, writable);
}

static uint8_t control(const struct msix *msix)
{
	return msix->function->config[msix->capability + CONTROL + 1];
}

bool msix_enabled(const struct msix *msix)
{
	return msix->capability && (control(msix) & ENABLE);
}

void msix_raise(struct msix *msix, unsigned vector)
{
	if (vector >= msix->vectors)
		return;
	const uint32_t *entry = msix->entry[vector];
	if (!(control(msix) & ENABLE) || (control(msix) & FUNCTION_MASK) || (entry[VECTOR_CONTROL] & VECTOR_MASK)) {
		msix->pending |= 1u << vector;
		return;
	}
	msix->pending &= ~(1u << vector);
	msix->sink.send(msix->sink.owner, entry[ADDRESS] | (uint64_t)entry[ADDRESS_HIGH] << 32, entry[DATA]);
}

void msix_update(struct msix *msix)
{
	for (unsigned i = 0; i < msix->vectors; i++)
		if (msix->pending & 1u << i)
			msix_raise(msix, i);
}

uint64_t msix_table_read(const struct msix *msix, uint32_t offset, unsigned size)
{
	uint64_t value = 0;
	if (offset % 4 || size < 4 || offset / ENTRY_BYTES >= msix->vectors)
		return 0;
	const uint32_t *word = &msix->entry[offset / ENTRY_BYTES][offset % ENTRY_BYTES / 4];
	value = word[0];
	if (size == 8 && offset % 8 == 0)
		value |= (uint64_t)word[1] << 32;
	return value;
}

void msix_table_write(struct msix *msix, uint32_t offset, unsigned size, uint64_t value)
{
	if (offset % 4 || size < 4 || offset / ENTRY_BYTES >= msix->vectors)
		return;
	uint32_t *word = &msix->entry[offset / ENTRY_BYTES][offset % ENTRY_BYTES / 4];
	word[0] = (uint32_t)value;
	if (size == 8 && offset % 8 == 0)
		word[1] = (uint32_t)(value >> 32);
	msix_update(msix);
}
