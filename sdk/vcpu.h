/* SPDX-License-Identifier: ISC */
#ifndef SDK_VCPU_H
#define SDK_VCPU_H

#include <stdint.h>
#include "abi/frame.h"
#include "abi/hypercall.h"
#include "sdk/hypercall.h"

/* The calls of a virtualization layer about its own guest; abi/hypercall.h states each. */
struct vcpu_outcome {
	uint64_t kind;   /* enum run_outcome */
	uint64_t detail; /* RSI */
	uint64_t rax;    /* RDX: with RUN_OUT_EXIT the guest's RAX */
};
/* `flags` = RUN_*, `rax` with RUN_SET_RAX, `timer` = absolute TSC or 0. The layer's only loop. */
static inline enum status vcpu_run(uint64_t flags, uint64_t rax, uint64_t timer, struct vcpu_outcome *outcome)
{
	_Static_assert(sizeof(struct vcpu_outcome) == 3 * sizeof(uint64_t), "the stub writes three words");
	return hypercall_raw(flags, rax, timer, HC_VCPU_RUN, (uint64_t *)outcome);
}
static inline enum status vcpu_get(uint32_t vcpu)
{
	return hypercall_void(HC_VCPU_GET, vcpu, 0, 0);
}
static inline enum status vcpu_set(uint32_t vcpu, uint32_t parts)
{
	return hypercall_void(HC_VCPU_SET, vcpu, parts, 0);
}
static inline enum status lapic_assert(uint32_t vcpu, uint32_t vector_and_level)
{
	return hypercall_void(HC_LAPIC_ASSERT, vcpu, vector_and_level, 0);
}
static inline enum status lapic_read(uint32_t vcpu, uint32_t offset, uint32_t *value)
{
	uint64_t result[3] = {0};
	enum status status = hypercall(HC_LAPIC_READ, vcpu, offset, 0, result);
	*value = (uint32_t)result[0];
	return status;
}
static inline enum status lapic_write(uint32_t vcpu, uint32_t offset, uint32_t value)
{
	return hypercall_void(HC_LAPIC_WRITE, vcpu, offset, value);
}
static inline enum status line_extint(uint32_t vcpu, uint32_t raised)
{
	return hypercall_void(HC_LINE_EXTINT, vcpu, raised, 0);
}
static inline enum status guest_restart(void)
{
	return hypercall_void(HC_GUEST_RESTART, 0, 0, 0);
}
static inline enum status guest_stop(void)
{
	return hypercall_void(HC_GUEST_STOP, 0, 0, 0);
}
static inline enum status guest_fault(uint64_t code, uint64_t a, uint64_t b)
{
	return hypercall_void(HC_GUEST_FAULT, code, a, b);
}

#endif
