/* SPDX-License-Identifier: ISC */
/*
 * `mul` has 32 bits: with a TSC of 1 GHz or less it overflows unless the ticks are shifted left first (the emulator's
 * instruction-counting clock is 999,998 kHz). Above, one right shift loses nothing that matters: no shift is used.
 */
#include "devices/kvm_clock.h"

enum { ENABLED = 1, FLAG_STABLE = 1 };
#define SECOND_NS UINT64_C(1000000000)

struct clock_page {
	uint32_t version, pad;
	uint64_t tsc_timestamp, system_time;
	uint32_t mul;
	int8_t shift;
	uint8_t flags, pad2[2];
};
struct wall_page {
	uint32_t version, seconds, nanoseconds;
};
_Static_assert(sizeof(struct clock_page) == 32 && sizeof(struct wall_page) == 12, "pvclock-abi.h");

void kvm_clock_scale(uint64_t tsc_khz, uint32_t *mul, int8_t *shift)
{
	int8_t up = 0;
	while (tsc_khz << up <= 1000000)
		up++;
	*mul = (uint32_t)(((UINT64_C(1000000) << 32) >> up) / tsc_khz);
	*shift = up;
}

/* Versions are odd while the page is being written. The reader is another vCPU at most, so order is enough. */
static bool write_system_time(const struct kvm_clock *clock, const struct guest_memory *memory, uint64_t gpa)
{
	struct clock_page *page = guest_memory_at(memory, gpa, sizeof *page);
	if (!page || gpa % 4)
		return false;
	struct clock_page fill = {.tsc_timestamp = clock->tsc_base, .flags = FLAG_STABLE};
	kvm_clock_scale(clock->tsc_khz, &fill.mul, &fill.shift);
	__builtin_memcpy(&fill.version, (uint8_t *)page, sizeof fill.version);
	fill.version = (fill.version | 1) + 2;
	guest_memory_write(memory, gpa, &fill.version, sizeof fill.version);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	guest_memory_write(memory, gpa + 4, (uint8_t *)&fill + 4, sizeof fill - 4);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	fill.version++;
	return guest_memory_write(memory, gpa, &fill.version, sizeof fill.version);
}

static bool write_wall_clock(const struct kvm_clock *clock, const struct guest_memory *memory, uint64_t gpa)
{
	struct wall_page fill = {2, (uint32_t)(clock->unix_base_ns / SECOND_NS),
	                         (uint32_t)(clock->unix_base_ns % SECOND_NS)};
	return gpa % 4 == 0 && guest_memory_write(memory, gpa, &fill, sizeof fill);
}

bool kvm_clock_write(const struct kvm_clock *clock, const struct guest_memory *memory, uint32_t msr, uint64_t value)
{
	if (msr == KVM_MSR_WALL_CLOCK)
		return write_wall_clock(clock, memory, value);
	if (!(value & ENABLED))
		return true;
	return write_system_time(clock, memory, value & ~(uint64_t)ENABLED);
}
