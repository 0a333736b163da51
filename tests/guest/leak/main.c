/* SPDX-License-Identifier: ISC */
/*
 * No register leaks and none is lost: `left` and `right` fill every general, x87, SSE, AVX, debug, control and
 * pass-through model-specific register with values of their own and find them unchanged after frames of the other. The
 * `thief`, whose description grants no FPU, looks into the registers all the same and must find neither one's values;
 * the `heir`, without FPU too, must not find what the thief leaves; `reborn` fills all and dies, and its next life must
 * begin with what a vCPU begins with.
 */
#include "tests/guest/common/canary.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/trap.h"
#include "sdk/sdk.h"

#define ROUNDS 30u
#define LEFT 0x1ef70000u
#define RIGHT 0x51647000u
#define THIEF 0x7417ef00u
#define FORMER 0xf0e3e500u /* life of reborn */

static uint64_t loops;

static void holder(uint32_t seed)
{
	struct canary wanted, found;
	struct channel channel;
	unsigned features, general = 0, extended = 0, where = ~0u;

	report_open(&channel, info_get()->name);
	trap_open();
	features = canary_open();
	for (unsigned round = 0; round < ROUNDS; round++) {
		canary_make(&wanted, features, seed + round);
		canary_load(&wanted, features);
		general += canary_hold(loops, seed + round);
		canary_store(&found, features);
		extended += canary_compare(&found, &wanted, &where);
	}
	report_send(&channel, &(struct report){{general, extended, where, features}});
}

static unsigned hits(const struct canary *found)
{
	unsigned count = 0;

	for (unsigned round = 0; round < ROUNDS; round++)
		count += canary_search(found, LEFT + round) + canary_search(found, RIGHT + round);
	return count + canary_search(found, THIEF) + canary_search(found, FORMER);
}

/* AVX can be enabled where XSETBV cannot be intercepted (QEMU); it must be gone, or empty, after a frame switch. */
static unsigned look(struct canary *found, unsigned features, unsigned *avx)
{
	canary_hold(loops / 4, 0);
	canary_store(found, features);
	*avx += trap_call(canary_ymm_store, found->ymm) == TRAP_NONE;
	return hits(found);
}

static void thief(bool leaves)
{
	struct canary found, mark;
	struct channel channel;
	unsigned features, count = 0, avx = 0;

	report_open(&channel, info_get()->name);
	trap_open();
	features = canary_open() & ~(unsigned)CANARY_AVX;
	canary_make(&mark, features, THIEF);
	for (unsigned round = 0; round < 4 * ROUNDS; round++) {
		count += look(&found, features, &avx);
		if (leaves)
			canary_load(&mark, features);
		canary_hold(loops / 4, 0);
		canary_load(&canary_reset, features);
	}
	report_send(&channel, &(struct report){{count, features, avx}});
}

static void die(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) no_idt = {0, 0};

	__asm__ volatile("lidt %0; ud2" : : "m"(no_idt));
}

static void reborn(void)
{
	struct canary found, wanted;
	struct channel channel;
	unsigned where = ~0u;

	report_open(&channel, info_get()->name);
	trap_open();
	unsigned features = canary_open();
	if (info_get()->epoch == 0) {
		canary_make(&wanted, features, FORMER);
		canary_load(&wanted, features);
		canary_hold(loops / 4, FORMER);
		die();
	}
	canary_store(&found, features);
	for (unsigned i = 0; i < 8; i++) /* an empty register is stored as the indefinite integer; QEMU stores 0 */
		found.x87[i] = found.x87[i] == UINT64_C(1) << 63 ? 0 : found.x87[i];
	wanted = canary_reset;
	wanted.xcr0 = features & CANARY_AVX ? 7 : 0;
	wanted.mxcsr = features & CANARY_SSE ? wanted.mxcsr : 0;
	unsigned changed = canary_compare(&found, &wanted, &where);
	report_send(&channel, &(struct report){{changed, canary_search(&found, FORMER), where, info_get()->epoch}});
}

static void check_reborn(struct channel *channel)
{
	struct report report;

	if (!report_receive(channel, &report, 30))
		return;
	judge(report.word[3] == 1 && report.word[1] == 0, "life %lu of reborn found %lu values of the former",
	      report.word[3], report.word[1]);
	judge(report.word[0] == 0, "it begins as a vCPU does: %lu registers differ, the first is word %ld",
	      report.word[0], (long)(int)report.word[2]);
}

static void check_holder(struct channel *channel)
{
	struct report report;

	if (!report_receive(channel, &report, 30))
		return;
	judge(report.word[0] == 0, "%s: general registers: %lu changed", channel->info->peer, report.word[0]);
	judge(report.word[1] == 0, "%s: other registers: %lu changed, the first is word %ld", channel->info->peer,
	      report.word[1], (long)(int)report.word[2]);
	/* what it must have had is in `expect` */
	judge(report.word[3] & CANARY_SSE, "%s had SSE%s%s", channel->info->peer,
	      report.word[3] & CANARY_AVX ? " and AVX" : "",
	      report.word[3] & CANARY_PKRU ? " and protection keys" : "");
}

static void check_thief(struct channel *channel)
{
	struct report report;

	if (!report_receive(channel, &report, 30))
		return;
	judge(report.word[0] == 0, "%s found %lu of the others' values", channel->info->peer, report.word[0]);
	judge(report.word[2] == 0, "%s could not use AVX", channel->info->peer);
}

int main(void)
{
	static const char *const names[] = {"left", "right", "thief", "heir", "reborn"};
	struct channel channel[5];

	loops = info_option_number("loops", 0);
	if (role_is("left"))
		holder(LEFT);
	if (role_is("right"))
		holder(RIGHT);
	if (role_is("thief"))
		thief(true);
	if (role_is("heir"))
		thief(false);
	if (role_is("reborn"))
		reborn();
	if (!role_is("judge"))
		return 0;
	for (unsigned i = 0; i < 5; i++)
		report_open(&channel[i], names[i]);
	check_holder(&channel[0]);
	check_holder(&channel[1]);
	check_thief(&channel[2]);
	check_thief(&channel[3]);
	check_reborn(&channel[4]);
	judge_end();
	return 0;
}
