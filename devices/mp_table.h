/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_MP_TABLE_H
#define DEVICES_MP_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include "abi/status.h"

#define MP_TABLE_MAX_SIZE 0x1000u /* enough for any machine */
struct mp_machine {
	uint32_t base; /* guest-physical address of the buffer, 16-byte aligned; F0000..FFFFF lets everybody find it */
	uint32_t cpu_count; /* local-APIC ids 0..cpu_count-1; at most 16 */
	uint32_t ioapic_id; /* what ioapic_init got */
};

/* Writes the floating pointer structure and, behind it, the configuration table. ERR_FULL if `size` is too small,
 * ERR_ARGUMENT for an impossible machine. `used` (may be null) gets the number of bytes. */
enum status mp_table_build(const struct mp_machine *machine, uint8_t *buffer, size_t size, size_t *used);

#endif
