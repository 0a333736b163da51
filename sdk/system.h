/* SPDX-License-Identifier: ISC */
#ifndef SDK_SYSTEM_H
#define SDK_SYSTEM_H

#include <stdint.h>
#include "abi/hypercall.h"
#include "abi/status.h"

/* Maintenance of the whole system; each needs its own right. */
enum status system_schedule(uint32_t schedule); /* takes effect at the next common major-frame boundary */
/* One step of the core's self-test; starts with *step = 0, done when it comes back 0. ERR_CORRUPT on a mismatch: then, too,
 * *step is the next one. */
enum status system_self_test(uint64_t *step);
/* Copies page `from` of this subject's staging region to page `to` of a stopped subject's pristine image. */
enum status system_image_load(uint32_t id, uint64_t to, uint64_t from);
/* Time of day, as nanoseconds since 1970-01-01 (UTC): from now on clock_unix_ns() of everybody tells it. */
enum status system_time(uint64_t unix_ns);
enum status system_reboot(void);
enum status system_power_off(void);

#endif
