/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_LAPIC_HELP_H
#define TESTS_UNIT_LAPIC_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "arch/x86_64/lapic.h"

#define MASKED 0x10000u

static inline enum lapic_effect write_at(struct lapic *lapic, uint32_t msr, uint64_t value, uint64_t now)
{
	uint64_t detail = 0;
	return lapic_msr_write(lapic, msr, value, now, &detail);
}

static inline enum lapic_effect write_msr(struct lapic *lapic, uint32_t msr, uint64_t value)
{
	return write_at(lapic, msr, value, 0);
}

static inline uint64_t read_at(struct lapic *lapic, uint32_t msr, uint64_t now)
{
	uint64_t value = 0;
	assert_int_equal(lapic_msr_read(lapic, msr, now, &value), LAPIC_DONE);
	return value;
}

static inline uint64_t read_msr(struct lapic *lapic, uint32_t msr)
{
	return read_at(lapic, msr, 0);
}

static inline bool read_faults(struct lapic *lapic, uint32_t msr)
{
	uint64_t value;
	return lapic_msr_read(lapic, msr, 0, &value) == LAPIC_FAULT;
}

static inline enum lapic_effect write_page(struct lapic *lapic, unsigned offset, uint32_t value)
{
	uint64_t detail = 0;
	return lapic_register_write(lapic, offset, value, 0, &detail);
}

/* An APIC as an operating system leaves it: enabled, spurious vector 0xff. */
static inline struct lapic x2apic(uint32_t id)
{
	struct lapic lapic = {0};
	lapic_reset(&lapic, id, true);
	assert_int_equal(write_msr(&lapic, 0x80f, 0x1ff), LAPIC_DONE);
	return lapic;
}

static inline struct lapic xapic(uint32_t id)
{
	struct lapic lapic = {0};
	lapic_reset(&lapic, id, false);
	assert_int_equal(write_page(&lapic, 0xf0, 0x1ff), LAPIC_DONE);
	return lapic;
}

#endif
