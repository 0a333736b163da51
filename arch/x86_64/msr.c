/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/msr.h"

/*
 * A register is what its record says and nothing else: a fixed value, a cell of this vCPU without effect, or a question
 * for the layer. Cells are numbered in the order of their records; a ninth has none and is refused.
 */
/* First the power of two at the upper end, then halves: a window of `step` records never leaves the table. */
const struct config_msr *msr_find(const struct config_msr *table, uint32_t count, uint32_t msr)
{
	if (count == 0)
		return 0;
	uint32_t step = UINT32_C(1) << (31 ^ __builtin_clz(count));
	if (table[count - step].msr <= msr)
		table += count - step;
	while (step >>= 1)
		if (table[step].msr <= msr)
			table += step;
	return table->msr == msr ? table : 0;
}

/* The cell of a MSR_STORE record, MSR_STORES if it has none. */
static uint32_t cell(const struct config_msr *table, const struct config_msr *record)
{
	uint32_t index = 0;
	for (; table < record && index < MSR_STORES; table++)
		index += table->action == MSR_STORE;
	return index;
}

enum msr_result msr_read(const struct config_msr *table, uint32_t count, const uint64_t stores[MSR_STORES],
                         uint32_t msr, uint64_t *value)
{
	const struct config_msr *record = msr_find(table, count, msr);
	if (!record)
		return MSR_REFUSED;
	*value = record->value;
	if (record->action == MSR_VALUE)
		return MSR_DONE;
	if (record->action != MSR_STORE)
		return record->action == MSR_LAYER ? MSR_TO_LAYER : MSR_REFUSED;
	uint32_t index = cell(table, record);
	if (index >= MSR_STORES)
		return MSR_REFUSED;
	*value = stores[index];
	return MSR_DONE;
}

enum msr_result msr_write(const struct config_msr *table, uint32_t count, uint64_t stores[MSR_STORES], uint32_t msr,
                          uint64_t value)
{
	const struct config_msr *record = msr_find(table, count, msr);
	if (!record)
		return MSR_REFUSED;
	if (record->action == MSR_VALUE)
		return record->flags & MSR_WRITE_IGNORED ? MSR_DONE : MSR_REFUSED;
	if (record->action != MSR_STORE)
		return record->action == MSR_LAYER ? MSR_TO_LAYER : MSR_REFUSED;
	uint32_t index = cell(table, record);
	if (index >= MSR_STORES)
		return MSR_REFUSED;
	stores[index] = value;
	return MSR_DONE;
}

void msr_reset(const struct config_msr *table, uint32_t count, uint64_t stores[MSR_STORES])
{
	uint32_t index = 0;
	for (uint32_t at = 0; at < count && index < MSR_STORES; at++)
		if (table[at].action == MSR_STORE)
			stores[index++] = table[at].value;
}

bool msr_pat_valid(uint64_t pat)
{
	for (unsigned i = 0; i < 8; i++, pat >>= 8)
		if ((pat & 0xff) > 7 || (pat & 0xfe) == 2)
			return false;
	return true;
}
