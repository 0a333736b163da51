/* SPDX-License-Identifier: ISC */
/*
 * A hostile guest lies in everything that its devices read from its memory (pc/). What is judged: its layer survives all
 * of it in one life and with nothing on record, each device still works after its next reset, and the neighbour on the
 * same CPU notices nothing. With a second vCPU (attack-rings-smp) it is about what devices read twice, and there is no
 * neighbour.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/victim.h"

/* What the guest tells by letters. */
struct told {
	uint64_t lives, seconds, rounds, proofs, failures, others;
	char last_failure;
};

static void count(struct told *told, char letter)
{
	told->lives += letter == '1';
	told->seconds += letter == '2';
	told->rounds += letter == '.';
	told->proofs += letter == '+';
	if (letter >= 'a' && letter <= 'z') { /* the device that does not work any more */
		told->failures++;
		told->last_failure = letter;
	} else if (letter != '1' && letter != '2' && letter != '.' && letter != '+') {
		told->others++;
	}
}

int main(void)
{
	struct channel pawn, victim_channel, hvc;
	struct denials denials = {0};
	struct told told = {0};
	uint64_t wanted = info_option_number("rounds", 100), until = clock_deadline(60 * CLOCK_S);

	if (role_is("victim"))
		victim();
	if (!role_is("judge"))
		return 0;
	report_open(&pawn, "pawn");
	if (info_option_number("frame", 0))
		report_open(&victim_channel, "victim");
	report_open(&hvc, "hvc");
	denials_open(&denials, "pawn");
	while (told.rounds < wanted && clock_tsc() < until) {
		char bytes[64];
		size_t length = channel_read(&pawn, bytes, sizeof(bytes));
		for (size_t i = 0; i < length; i++)
			count(&told, bytes[i]);
		while (channel_read(&hvc, bytes, sizeof(bytes)))
			; /* whatever it says there */
		denials_collect(&denials);
		if (!length)
			event_wait(channel_event(&pawn), clock_deadline(CLOCK_MS));
	}
	judge(told.rounds >= wanted && !told.others, "%lu rounds of attacks on rings and tables", told.rounds);
	judge(told.lives == 1 && !denials.event[AUDIT_FAULT], "in %lu life, with %lu faults of its own", told.lives,
	      denials.event[AUDIT_FAULT]);
	judge(!told.failures && told.proofs >= info_option_number("proofs", 1),
	      "%lu proofs that a device works after its reset, %lu failed%s%c", told.proofs, told.failures,
	      told.failures ? ", the last one of device " : "", told.failures ? told.last_failure : ' ');
	judge(told.seconds == info_option_number("seconds", 0), "%lu other vCPUs changed what its devices read",
	      told.seconds);
	if (info_option_number("frame", 0))
		victim_check(&victim_channel, info_option_number("frame", 0), info_option_number("slack", 2000));
	judge_end();
	return 0;
}
