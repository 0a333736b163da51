/* SPDX-License-Identifier: ISC */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"

struct cpu;
struct subject;
/* One page of the unit's memory zeroed or loaded, or some regions passed over; false when the pass is complete. The
 * cursor is in the leader. */
bool memory_step(struct cpu *cpu, struct subject *leader, bool load);
/* The live fields of the information pages: of one subject after a load, and epoch words about it in its peers. */
void memory_info_update(struct subject *subject);
void memory_epoch_bump(struct subject *subject);
void memory_info_schedule(uint32_t schedule, uint32_t cpu);
void memory_info_time(uint64_t unix_ns); /* HC_TIME_SET */
/* HC_IMAGE_LOAD: page `page` of the pristine image of `target` := page `from` of the caller's staging region.
 * Nobody may start `target` meanwhile: subject_hold(). */
enum status memory_image_check(const struct subject *caller, const struct subject *target, uint64_t page,
                               uint64_t from);
void memory_image_apply(struct cpu *cpu, const struct subject *caller, const struct subject *target, uint64_t page,
                        uint64_t from);
/* Region of `subject` nearest to a guest-physical address, for audit records; CONFIG_NONE = none. */
uint32_t memory_nearest(const struct subject *subject, uint64_t gpa);

#endif
