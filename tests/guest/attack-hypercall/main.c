/* SPDX-License-Identifier: ISC */
/*
 * A hostile application without any right makes a million hypercalls: every event, line, subject and vCPU index, powers
 * of two and their neighbours in every argument of every call, then random ones. Each answer is the one that
 * abi/hypercall.h states, each refusal is counted, and no register changes but the four that carry the answer.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/trap.h"
#include "tests/guest/common/victim.h"

#define TOTAL 1000000u

struct tally {
	uint64_t calls, refused, wrong, spoilt;
	uint64_t first_number, first_argument, first_status;
};
static struct tally tally;

/* In: RDI, RSI, RDX, RAX of words[0..3]. Out: the same. Returns how many of the other registers changed. */
uint64_t call_and_compare(uint64_t words[4]);

static bool is_hole(uint64_t number)
{
	static const uint64_t calls = 0x3full | 0x3full << 8 | 3ull << 16 | 0x1full << 24 | 0x3ffull << 32;

	return number >= HYPERCALL_COUNT || !(calls >> number & 1);
}

/* What has to come back to somebody without rights. */
static enum status expected(const uint64_t words[4], uint64_t number)
{
	if (is_hole(number))
		return ERR_NUMBER;
	if (number >= HC_SUBJECT_START && number <= HC_SUBJECT_STATUS)
		return words[0] < 3 ? ERR_RIGHT : ERR_INDEX;
	if (number == HC_EVENT_SIGNAL)
		return words[0] < 1 ? OK : ERR_INDEX;
	if (number == HC_LINE_UNMASK)
		return ERR_INDEX;
	return number <= HC_LINE_UNMASK ? OK : ERR_RIGHT;
}

static void call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t words[4] = {a, b, c, number};

	if (number == HC_EVENT_WAIT)
		words[1] &= 0xffffffff; /* a deadline in the past: we do not want to sleep for ever */
	const uint64_t before[3] = {words[0], words[1], words[2]};
	enum status want = expected(words, number);
	tally.spoilt += call_and_compare(words);
	tally.calls++;
	tally.refused += words[3] != OK;
	/* a refused call answers in nothing but the status */
	bool silent = words[3] == OK || (words[0] == before[0] && words[1] == before[1] && words[2] == before[2]);
	if (words[3] == want && silent)
		return;
	if (!tally.wrong++) {
		tally.first_number = number;
		tally.first_argument = a;
		tally.first_status = words[3];
	}
}

static void sweep_indices(void)
{
	static const uint8_t of_index[] = {HC_EVENT_SIGNAL,   HC_LINE_UNMASK, HC_SUBJECT_START, HC_SUBJECT_RESTART,
	                                   HC_SUBJECT_STATUS, HC_VCPU_GET,    HC_LAPIC_READ};

	for (uint64_t index = 0; index < 0x10000; index++)
		for (unsigned i = 0; i < sizeof(of_index); i++)
			call(of_index[i], index, 0, 0);
}

static void sweep_boundaries(void)
{
	for (uint64_t number = 0; number < 64; number++)
		for (unsigned bit = 0; bit < 64; bit++)
			for (uint64_t off = 0; off < 3; off++) {
				uint64_t value = (UINT64_C(1) << bit) + off - 1;
				call(number, value, 0, 0);
				call(number, 0, value, 0);
				call(number, 0, 0, value);
				call(value, number, number, number);
			}
}

static uint64_t next_random(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Half of the numbers are calls; half of the arguments are small. */
static uint64_t random_argument(void)
{
	uint64_t value = next_random();

	return next_random() & 1 ? value : value & 0x3f;
}

static void user_vmmcall(void *argument)
{
	__asm__ volatile("vmmcall; int %1" : : "a"(argument), "i"(USER_END));
}

static void user_vmcall(void *argument)
{
	__asm__ volatile("vmcall; int %1" : : "a"(argument), "i"(USER_END));
}

static void hostile(void)
{
	struct channel channel;

	hostile_begin(&channel);
	unsigned user =
	        trap_call_user(info_get()->cpu_vendor == VENDOR_INTEL ? user_vmcall : user_vmmcall, (void *)HC_VERSION);
	sweep_indices();
	sweep_boundaries();
	while (tally.calls < TOTAL)
		call(next_random() & 1 ? next_random() % 48 : next_random() >> (next_random() & 63), random_argument(),
		     random_argument(), random_argument());
	hostile_end(&channel, &(struct report){{tally.refused, tally.calls, tally.wrong, tally.spoilt, user,
	                                        tally.first_number, tally.first_argument, tally.first_status}});
}

int main(void)
{
	struct attack attack = {0};
	const uint64_t *w = attack.report.word;

	if (role_is("hostile"))
		hostile();
	if (role_is("victim"))
		victim();
	attack_run(&attack, 120);
	judge(w[1] >= TOTAL && w[0] > TOTAL * 3 / 4, "%lu hypercalls, %lu of them refused", w[1], w[0]);
	judge(w[2] == 0, "%lu wrong answers; the first: call %lx, argument %lx, status %lu", w[2], w[5], w[6], w[7]);
	judge(w[3] == 0, "%lu registers changed that a hypercall preserves", w[3]);
	judge(w[4] == 6, "from CPL 3 the instruction is #UD");
	attack_audited(&attack);
	attack_end(&attack, 100, 2000);
	return 0;
}
