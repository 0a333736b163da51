/* SPDX-License-Identifier: ISC */
#ifndef CORE_SCHEDULER_H
#define CORE_SCHEDULER_H

#include <stdint.h>
#include "abi/status.h"
#include "core/cpu.h"

/*
 * The cyclic schedule of each physical CPU. Frames never move: every start is computed from the start of the major
 * frame, and that one from its predecessor with the exact fraction carried along.
 */
void scheduler_start(uint64_t epoch); /* once: the TSC at which the first major frame begins everywhere */
/* Places for the members of all groups, with two more for each group: the starter refuses more. */
#define SCHEDULER_MEMBERS (4 * CONFIG_MAX_VCPUS)
_Noreturn void scheduler_run(struct cpu *cpu);
/* One round: decide who runs, run it, deal with its exit. For the fake machine, and what scheduler_run repeats. */
void scheduler_round(struct cpu *cpu);
/* To a schedule that exists, at the next major-frame boundary at least config.switch_us away. ERR_BUSY while one is
 * pending. */
enum status scheduler_switch(struct cpu *cpu, uint32_t schedule);
/* A vCPU of the present frame has a new deadline. */
void scheduler_deadline(struct cpu *cpu, uint64_t deadline);

#endif
