/* SPDX-License-Identifier: ISC */
#ifndef SDK_EVENT_H
#define SDK_EVENT_H

#include <stdint.h>
#include "abi/status.h"

/*
 * Events: one-bit signals. Outgoing ones are indices of this subject's table, incoming ones are bits of a 64-bit mask.
 * EVENT_NONE (as in the information page: no event) is accepted: signalling it does nothing, its bit is 0.
 */
#define EVENT_NONE 0xffffffffu
#define EVENT_POLL UINT64_C(0)
#define EVENT_FOREVER UINT64_MAX

static inline uint64_t event_bit(uint32_t number)
{
	return number < 64 ? UINT64_C(1) << number : 0;
}
enum status event_signal(uint32_t index);
/*
 * Waits until one of `mask` is pending or the deadline (TSC, see sdk/clock.h; EVENT_POLL, EVENT_FOREVER) has passed.
 * Returns the pending bits of `mask` and clears them. 0: deadline, or an interrupt came: look again.
 */
uint64_t event_wait(uint64_t mask, uint64_t deadline);
/* Bits set raise their interrupt vector (all, at first); bits clear stay pending for event_wait(). */
enum status event_enable(uint64_t mask);

#endif
