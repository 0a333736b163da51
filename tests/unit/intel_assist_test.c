/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "abi/stats.h"
#include "arch/x86_64/intel/assist.h"
#include "start/x86_64/vendor.h"
#include "start/x86_64/control.h"
#include "arch/x86_64/lapic_state.h"

/*
 * The same guest twice: on the local APIC in software, and on one whose page a processor keeps as SDM 3C chapter 30
 * says, with the core's part of it as arch/x86_64/intel/interrupt.c has it. Whatever the guest does and whenever an
 * interrupt comes, both must take the same interrupts, report the same ends of them, and read the same.
 */
#define X2APIC_FIRST 0x800u
#define VECTORS_KEPT 65536u
struct twin {
	struct lapic lapic;
	bool interrupts;
	unsigned taken[VECTORS_KEPT], taken_count, ended[VECTORS_KEPT], ended_count;
	/* of the assisted one */
	uint32_t has;
	uint8_t open[4096];
	struct assist assist;
	unsigned service; /* SVI */
	bool check, window;
	unsigned long exits;
};
static struct twin plain, assisted;

static void take(struct twin *twin, unsigned vector)
{
	assert_true(twin->taken_count < VECTORS_KEPT);
	twin->taken[twin->taken_count++] = vector;
	lapic_accept(&twin->lapic, vector);
}

static void end(struct twin *twin, unsigned vector)
{
	assert_true(twin->ended_count < VECTORS_KEPT);
	twin->ended[twin->ended_count++] = vector;
}

/* --- the processor --- */
static void processor_priority(struct twin *t)
{
	uint32_t task = t->lapic.reg[REG_TPR].value & 0xff;

	t->lapic.reg[REG_PPR].value = task >> 4 >= t->service >> 4 ? task : t->service & 0xf0;
}

static unsigned highest_in_service(const struct twin *t)
{
	for (unsigned vector = 255; vector; vector--)
		if (t->lapic.reg[REG_ISR + vector / 32].value >> vector % 32 & 1)
			return vector;
	return 0;
}

static bool is_open(const struct twin *t, unsigned index, bool write)
{
	uint32_t msr = X2APIC_FIRST + index;

	return t->assist.mode && !(t->open[(write ? 0x800 : 0) + msr / 8] >> msr % 8 & 1);
}

/* An access that does not exit. true: it does after all, behind the instruction. */
static bool processor_write(struct twin *t, unsigned index, uint32_t value)
{
	if (index == REG_TPR) {
		t->lapic.reg[REG_TPR].value = value;
		if (!(t->assist.mode & SECONDARY_DELIVERY))
			return value >> 4 < t->assist.threshold;
		processor_priority(t);
		return false;
	}
	assert_int_equal(index, REG_EOI);
	unsigned vector = t->service;
	t->lapic.reg[REG_ISR + vector / 32].value &= ~(1u << vector % 32);
	t->service = highest_in_service(t);
	processor_priority(t);
	assert_int_equal(lapic_load(&t->lapic, REG_TMR + vector / 32) >> vector % 32 & 1,
	                 0); /* somebody would miss it */
	return false;
}

/* --- the core --- */
static void enter(struct twin *t)
{
	if (!t->check)
		return;
	t->check = false;
	if (t->assist.mode & SECONDARY_DELIVERY)
		assist_follow(&t->lapic);
	unsigned vector = lapic_highest(&t->lapic);
	t->window = vector && !t->interrupts;
	if (vector && t->interrupts)
		take(t, vector);
	assist_choose(&t->assist, &t->lapic, t->has, true);
	/* checks of VM entry, SDM 3C 26.2.1.1 */
	assert_true(t->assist.threshold <= (t->lapic.reg[REG_TPR].value >> 4 & 15) ||
	            t->assist.mode & SECONDARY_DELIVERY);
	if (t->assist.mode & SECONDARY_DELIVERY) {
		t->service = t->assist.status >> 8;
		assert_int_equal(t->assist.status & 0xff, 0);
		processor_priority(t);
	}
}

static void answer(struct twin *t, unsigned index, uint64_t value)
{
	uint64_t detail = 0;
	enum lapic_effect effect = lapic_msr_write(&t->lapic, X2APIC_FIRST + index, value, 0, &detail);

	if (effect == LAPIC_EOI)
		end(t, (unsigned)detail);
	t->check |= effect != LAPIC_DONE && effect != LAPIC_FAULT;
}

/* --- what guests do --- */
static void write_both(unsigned index, uint32_t value)
{
	answer(&plain, index, value);
	if (is_open(&assisted, index, true)) {
		if (processor_write(&assisted, index, value)) {
			assisted.exits++;
			assisted.check |= !(assisted.assist.mode & SECONDARY_DELIVERY); /* a window: threshold */
		}
	} else {
		assisted.exits++;
		answer(&assisted, index, value);
	}
}

static void interrupts_both(bool on)
{
	plain.interrupts = assisted.interrupts = on;
	if (on && assisted.window)
		assisted.check = true;
}

static void post_both(unsigned vector, bool level)
{
	lapic_post(&plain.lapic, vector, level);
	lapic_post(&assisted.lapic, vector, level);
	assisted.check = true;
}

static uint64_t read_assisted(unsigned index)
{
	uint64_t value;

	if (is_open(&assisted, index, false)) {
		assert_int_equal(assisted.lapic.reg[index].reserved[0], 0);
		return assisted.lapic.reg[index].value;
	}
	assert_int_equal(lapic_msr_read(&assisted.lapic, X2APIC_FIRST + index, 0, &value), LAPIC_DONE);
	return value;
}

static void compare(void)
{
	uint64_t value;

	plain.check = true;
	plain.assist.mode = 0;
	enter(&plain);
	enter(&assisted);
	assert_int_equal(plain.taken_count, assisted.taken_count);
	assert_int_equal(plain.ended_count, assisted.ended_count);
	if (plain.taken_count)
		assert_int_equal(plain.taken[plain.taken_count - 1], assisted.taken[plain.taken_count - 1]);
	if (plain.ended_count)
		assert_int_equal(plain.ended[plain.ended_count - 1], assisted.ended[plain.ended_count - 1]);
	for (unsigned index = 0; index < REG_COUNT; index++)
		if (lapic_msr_read(&plain.lapic, X2APIC_FIRST + index, 0, &value) == LAPIC_DONE)
			assert_int_equal(value, read_assisted(index));
}

static void twins(uint32_t has)
{
	memset(&plain, 0, sizeof(plain));
	lapic_reset(&plain.lapic, 0, true);
	memcpy(&assisted, &plain, sizeof(plain));
	assisted.has = has;
	memset(assisted.open, 0xff, sizeof(assisted.open));
	permission_assisted(assisted.open, has);
	assisted.check = true;
	compare();
	write_both(REG_SVR, 0x1ff);
}

static const uint32_t processors[] = {
        0,
        SECONDARY_X2APIC,
        SECONDARY_X2APIC | SECONDARY_REGISTERS,
        SECONDARY_APIC,
};
#define PROCESSORS (sizeof(processors) / sizeof(*processors))

static void random_step(void)
{
	static const uint8_t vectors[] = {0x21, 0x31, 0x35, 0x41, 0x80, 0x81, 0x9f, 0xd0, 0xef};
	unsigned vector = vectors[(unsigned)rand() % sizeof(vectors)];

	switch (rand() % 16) {
	case 0:
		post_both(vector, rand() % 3 == 0);
		break;
	case 1:
		write_both(REG_TPR, (unsigned)rand() % 3 ? 0 : (unsigned)rand() & 0xff);
		break;
	case 2:
		interrupts_both(rand() & 1);
		break;
	case 3:
		write_both(REG_SELF_IPI, vector);
		break;
	case 4:
		write_both(REG_ICR, ICR_TO_SELF | vector);
		break;
	case 5:
		if (rand() % 16 == 0)
			write_both(REG_SVR, rand() % 4 ? 0x1ff : 0xff);
		break;
	default:
		write_both(REG_EOI, 0);
		break;
	}
}

static void whoever_answers_the_guest_sees_the_same(void **state)
{
	unsigned long exits[PROCESSORS];

	(void)state;
	for (unsigned i = 0; i < PROCESSORS; i++) {
		srand(1);
		twins(processors[i]);
		for (unsigned step = 0; step < 60000; step++) {
			random_step();
			compare();
		}
		assert_true(plain.taken_count > 1000);
		assert_true(plain.ended_count > 100);
		exits[i] = assisted.exits;
	}
	assert_true(exits[1] < exits[0]); /* the task priority */
	assert_true(exits[3] < exits[1]); /* ends of interrupts */
}

/* One interrupt at a time, as most guests have them: none of them exits but for its coming. */
static void a_lone_interrupt_ends_without_an_exit(void **state)
{
	(void)state;
	twins(SECONDARY_APIC);
	interrupts_both(true);
	compare();
	unsigned long before = assisted.exits;
	for (unsigned i = 0; i < 100; i++) {
		post_both(0x41, false);
		compare();
		write_both(REG_TPR, 0x30);
		write_both(REG_TPR, 0);
		write_both(REG_EOI, 0);
		compare();
	}
	assert_int_equal(assisted.taken_count, 100);
	assert_int_equal(assisted.exits, before);
}

static void the_end_of_a_level_interrupt_is_told(void **state)
{
	(void)state;
	twins(SECONDARY_APIC);
	interrupts_both(true);
	post_both(0x41, true);
	compare();
	post_both(0x91, false);
	compare();
	write_both(REG_EOI, 0);
	compare();
	assert_int_equal(assisted.ended_count, 0);
	write_both(REG_EOI, 0);
	compare();
	assert_int_equal(assisted.ended_count, 1);
	assert_int_equal(assisted.ended[0], 0x41);
}

static void outside_x2apic_mode_every_access_exits(void **state)
{
	struct assist assist;
	struct lapic lapic = {0};

	(void)state;
	lapic_reset(&lapic, 0, false);
	assist_choose(&assist, &lapic, SECONDARY_APIC, true);
	assert_int_equal(assist.mode, 0);
	lapic.base &= ~APIC_BASE_ENABLE;
	assist_choose(&assist, &lapic, SECONDARY_APIC, true);
	assert_int_equal(assist.mode, 0);
}

static void nobody_to_tell_no_end_exits(void **state)
{
	struct assist assist;

	(void)state;
	twins(SECONDARY_APIC);
	interrupts_both(true);
	post_both(0x41, true);
	compare();
	assist_choose(&assist, &assisted.lapic, SECONDARY_APIC, false);
	assert_int_equal(assist.mode, SECONDARY_APIC);
	assist_choose(&assist, &assisted.lapic, SECONDARY_APIC, true);
	assert_int_equal(assist.mode, 0);
}

/* ICR, current count, self IPI; and nothing beyond the local APIC. */
static void only_what_the_page_holds_is_open(void **state)
{
	static const uint8_t closed[] = {REG_ICR, REG_CURRENT, REG_SELF_IPI, REG_EOI};
	uint8_t map[4096];

	(void)state;
	for (unsigned i = 0; i < PROCESSORS; i++) {
		memset(map, 0xff, sizeof(map));
		permission_assisted(map, processors[i]);
		for (unsigned byte = 0; byte < sizeof(map); byte++)
			if ((byte & 0x7ff) < 0x100 || (byte & 0x7ff) > 0x107)
				assert_int_equal(map[byte], 0xff);
		for (unsigned n = 0; n < sizeof(closed); n++)
			assert_true(map[0x100 + closed[n] / 8] >> closed[n] % 8 & 1);
		for (unsigned index = 0; index < REG_COUNT; index++) {
			bool wanted = (index == REG_TPR && processors[i]) ||
			              (index == REG_EOI && processors[i] & SECONDARY_DELIVERY);
			assert_int_equal(map[0x900 + index / 8] >> index % 8 & 1, !wanted);
		}
		assert_int_equal(!(map[0x100 + REG_PPR / 8] >> REG_PPR % 8 & 1), processors[i] == SECONDARY_APIC);
	}
}

static void without_a_tpr_shadow_there_are_no_assists(void **state)
{
	uint64_t capability[CONTROL_WORDS], chosen[CONTROL_WORDS];

	(void)state;
	for (unsigned i = 0; i < CONTROL_WORDS; i++)
		capability[i] = UINT64_C(0xffffffff00000000);
	assert_null(control_choose(capability, chosen));
	assert_int_equal(chosen[CONTROL_SECONDARY] & SECONDARY_APIC, SECONDARY_APIC);
	capability[CONTROL_PROCESSOR] &= ~((uint64_t)PROCESSOR_TPR_SHADOW << 32);
	assert_null(control_choose(capability, chosen));
	assert_int_equal(chosen[CONTROL_SECONDARY] & SECONDARY_APIC, 0);
}

static void without_register_virtualization_there_is_no_delivery(void **state)
{
	uint64_t capability[CONTROL_WORDS], chosen[CONTROL_WORDS];

	(void)state;
	for (unsigned i = 0; i < CONTROL_WORDS; i++)
		capability[i] = UINT64_C(0xffffffff00000000);
	capability[CONTROL_SECONDARY] &= ~((uint64_t)SECONDARY_REGISTERS << 32);
	assert_null(control_choose(capability, chosen));
	assert_int_equal(chosen[CONTROL_SECONDARY] & SECONDARY_APIC, SECONDARY_X2APIC);
}

static void statistics_name_the_assists_by_their_controls(void **state)
{
	(void)state;
	assert_int_equal(STATS_ASSIST_PRIORITY, SECONDARY_X2APIC);
	assert_int_equal(STATS_ASSIST_READS, SECONDARY_REGISTERS);
	assert_int_equal(STATS_ASSIST_ENDS, SECONDARY_DELIVERY);
	assert_int_equal(STATS_ASSIST_CR8, PROCESSOR_CR8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(whoever_answers_the_guest_sees_the_same),
	        cmocka_unit_test(a_lone_interrupt_ends_without_an_exit),
	        cmocka_unit_test(the_end_of_a_level_interrupt_is_told),
	        cmocka_unit_test(outside_x2apic_mode_every_access_exits),
	        cmocka_unit_test(nobody_to_tell_no_end_exits),
	        cmocka_unit_test(only_what_the_page_holds_is_open),
	        cmocka_unit_test(without_a_tpr_shadow_there_are_no_assists),
	        cmocka_unit_test(without_register_virtualization_there_is_no_delivery),
	        cmocka_unit_test(statistics_name_the_assists_by_their_controls),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
