/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_CORE_FIXTURE_H
#define TESTS_UNIT_CORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "abi/hypercall.h"
#include "arch/host/host.h"
#include "core/cpu.h"
#include "core/event.h"
#include "core/scheduler.h"
#include "core/subject.h"
#include "core/system.h"
#include "core/vcpu.h"
#include "start/system.h"
#include "tests/unit/sample.h"

/*
 * The whole core on the fake machine. The core has state that is made once and never again, so every test runs in a
 * process of its own: rig_tests() forks, and the child is a cmocka group of one test.
 */
int rig_tests(const struct CMUnitTest *tests, size_t count);
#define RIG_TESTS(tests) rig_tests(tests, sizeof(tests) / sizeof(*(tests)))

/* The sample with a guest of 256 KiB, so that it loads quickly. */
struct sample *rig_sample(void);
#define CORE_GUEST_BYTES (UINT64_C(256) << 10)

/* Where it boots: 32 MiB of memory. Change `rig_boot_info` between rig_prepare and rig_start. */
extern struct boot_info rig_boot_info;
extern struct system_maps rig_maps;      /* what the starter would map in the core */
void rig_prepare(struct sample *sample); /* seals it */
void rig_start(void);                    /* starter and core on it; fails the test if it is refused */
void rig_boot(struct sample *sample);    /* both */
/* Boots what must be refused; returns what the console said. */
const char *rig_refusal(void);
/* Runs something that ends the machine, and says how: HOST_RUNNING if it returned. */
enum host_end rig_ends(void (*run)(void *), void *context);

/* --- running --- */
void rig_round(unsigned cpu);      /* one round of this CPU */
void rig_decide(unsigned cpu);     /* the same, but whoever is chosen does nothing */
void rig_run_until(uint64_t time); /* all CPUs, in the order of their clocks, until each has reached it */
void rig_run_for(uint64_t ticks);  /* from the present moment of CPU 0 */
void rig_enter(struct vcpu *vcpu); /* rounds of its CPU until it is the one that runs */
uint64_t rig_now(void);
/* The hypercall of a vCPU that stands at its instruction, at once; RAX. It becomes its CPU's current one. */
enum status rig_call(struct vcpu *vcpu, uint64_t number, uint64_t a, uint64_t b, uint64_t c);
uint64_t rig_result(const struct vcpu *vcpu, unsigned index);
/* An exit of a vCPU, at once. */
void rig_leave(struct vcpu *vcpu, enum exit reason, uint64_t detail0, uint64_t detail1, uint64_t detail2);
/* A layer's guest function: HC_VCPU_RUN for ever. */
struct host_exit rig_layer(struct vcpu *vcpu);
/* Commands a subject and runs until it is in this state; fails if that takes longer than a second. */
void rig_command(struct subject *subject, enum subject_command command, uint32_t state);
uint32_t rig_state(const struct subject *subject);

/* --- looking --- */
#define CORE_APP (&subjects[SAMPLE_APP])
#define CORE_GUEST (&subjects[SAMPLE_GUEST])
#define CORE_LAYER (&subjects[SAMPLE_LAYER])
uint8_t *rig_region(uint32_t region);
/* The newest record of this event in the ring of (consumer, cpu), or 0; and how many there are. */
const struct audit_record *rig_audit(uint32_t consumer, uint32_t cpu, uint32_t event);
uint32_t rig_audit_count(uint32_t consumer, uint32_t cpu, uint32_t event);
struct audit_ring *rig_ring(uint32_t consumer, uint32_t cpu);
/* What must hold whatever happened. */
void rig_check_invariants(void);

#endif
