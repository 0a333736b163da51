/* SPDX-License-Identifier: ISC */
#include "sdk/clock.h"

uint64_t clock_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}
