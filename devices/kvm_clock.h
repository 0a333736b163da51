/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_KVM_CLOCK_H
#define DEVICES_KVM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "devices/guest_memory.h"

/*
 * The clock page of KVM's paravirtual clock (Linux Documentation/virt/kvm/x86/msr.rst, arch/x86 pvclock-abi.h), filled
 * once per MSR write: the TSC rate is constant and never moves. Without it a stock Linux calibrates by the PIT and turns
 * x2APIC off.
 */
#define KVM_MSR_WALL_CLOCK 0x4b564d00u
#define KVM_MSR_SYSTEM_TIME 0x4b564d01u

struct kvm_clock {
	uint64_t tsc_khz;      /* not 0 */
	uint64_t tsc_base;     /* TSC at which the guest's clock was 0 */
	uint64_t unix_base_ns; /* time of day then */
};

/* The 32.32 multiplier and shift with which ns = ((ticks << shift) * mul) >> 32. */
void kvm_clock_scale(uint64_t tsc_khz, uint32_t *mul, int8_t *shift);
/* A write of one of the two MSRs; false: the address is not the guest's memory (#GP). */
bool kvm_clock_write(const struct kvm_clock *clock, const struct guest_memory *memory, uint32_t msr, uint64_t value);

#endif
