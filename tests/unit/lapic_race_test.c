/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include "tests/unit/lapic_help.h"

/*
 * Two CPUs at one local APIC: what one does is stopped before each of its instructions in turn, by the trap flag, and
 * there the other does the whole of its part. A request must never be lost, whatever the place.
 */
#define VECTOR 0x41u
#define NEIGHBOUR 0x42u /* in the same word */
#define TRAP_FLAG 0x100u

static struct lapic lapic;
static unsigned steps_left;
static void (*other_part)(void);
static bool fresh;

static void step(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info;
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	if (--steps_left != 0)
		return;
	other_part();
	registers[REG_EFL] &= ~(greg_t)TRAP_FLAG;
}

static void trap_flag(bool on)
{
	uint64_t flags = __builtin_ia32_readeflags_u64();
	__builtin_ia32_writeeflags_u64(on ? flags | TRAP_FLAG : flags & ~(uint64_t)TRAP_FLAG);
}

/* true if `part` was still at work in its step `at`. */
static bool interrupted(void (*part)(void), unsigned at, void (*other)(void))
{
	struct sigaction action = {.sa_flags = SA_SIGINFO};
	action.sa_sigaction = step;
	sigaction(SIGTRAP, &action, 0);
	steps_left = at;
	other_part = other;
	trap_flag(true);
	part();
	trap_flag(false);
	return steps_left == 0;
}

static void post(void)
{
	fresh = lapic_post(&lapic, VECTOR, false);
}

static void post_neighbour(void)
{
	fresh = lapic_post(&lapic, NEIGHBOUR, true);
}

static void take(void)
{
	unsigned vector = lapic_highest(&lapic);
	if (vector == LAPIC_NO_VECTOR)
		return;
	lapic_accept(&lapic, vector);
	write_msr(&lapic, 0x80b, 0);
}

static bool requested(unsigned vector)
{
	return lapic.reg[0x20 + vector / 32].value >> vector % 32 & 1;
}

static void a_request_is_found_whenever_it_comes_while_another_is_taken(void **state)
{
	(void)state;
	unsigned at = 0, kept = 0;
	do {
		lapic = x2apic(0);
		lapic_post(&lapic, VECTOR, false);
		fresh = false;
		if (!interrupted(take, ++at, post))
			break;
		assert_int_equal(requested(VECTOR), fresh);
		assert_int_equal(lapic_highest(&lapic), fresh ? VECTOR : LAPIC_NO_VECTOR);
		kept += fresh;
	} while (1);
	assert_in_range(kept, 1, at - 2); /* some came before the other had left IRR, some after */
	at = 0;
	do {
		lapic = x2apic(0);
		lapic_post(&lapic, VECTOR, false);
		if (!interrupted(take, ++at, post_neighbour))
			break;
		assert_true(fresh);
		assert_int_equal(lapic_highest(&lapic), requested(NEIGHBOUR) ? NEIGHBOUR : VECTOR);
	} while (1);
	assert_true(at > 10);
}

static void a_request_is_found_wherever_its_post_is_interrupted(void **state)
{
	(void)state;
	unsigned at = 0;
	do {
		lapic = x2apic(0);
		lapic_post(&lapic, NEIGHBOUR, false);
		if (!interrupted(post, ++at, take))
			break;
		assert_false(requested(NEIGHBOUR));
		assert_true(requested(VECTOR));
		assert_int_equal(lapic_highest(&lapic), VECTOR);
	} while (1);
	assert_true(at > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_request_is_found_whenever_it_comes_while_another_is_taken),
	        cmocka_unit_test(a_request_is_found_wherever_its_post_is_interrupted),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
