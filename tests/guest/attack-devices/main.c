/* SPDX-License-Identifier: ISC */
/*
 * A hostile guest attacks the devices that its own virtualization layer shows it (guest.c). What is judged: it gets
 * through so many rounds, in one life or in many; the neighbour on the same CPU notices nothing; and whatever faults
 * there were are faults of the guest or of its layer, answered by their policy.
 */
#include "sdk/sdk.h"
#include "tests/guest/attack-devices/greeting.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/victim.h"

int main(void)
{
	struct channel pawn, victim_channel, bell;
	struct denials denials = {0};
	bool greeted = false, rung = false;
	uint64_t rounds = 0, lives = 0, functions = 0;
	uint64_t wanted = info_option_number("rounds", 200), until = clock_deadline(60 * CLOCK_S);

	if (role_is("victim"))
		victim();
	if (!role_is("judge"))
		return 0;
	report_open(&pawn, "pawn");
	report_open(&victim_channel, "victim");
	report_open(&bell, "bell");
	denials_open(&denials, "pawn");
	const volatile uint32_t *shared = info_pointer(info_memory("shared")->gpa);
	while (rounds < wanted && clock_tsc() < until) {
		char bytes[64];
		size_t length = channel_read(&pawn, bytes, sizeof(bytes));
		denials_collect(&denials);
		greeted = greeted || *shared == GREETING;
		rung = rung || channel_pending(&bell) > 0;
		if (!length)
			event_wait(channel_event(&pawn), clock_deadline(CLOCK_MS));
		for (size_t i = 0; i < length; i++) {
			rounds += bytes[i] == '.';
			if (bytes[i] > '0' && bytes[i] <= '9') {
				lives++;
				functions = (uint64_t)(bytes[i] - '0');
			}
		}
	}
	denials_collect(&denials);
	judge(rounds >= wanted, "%lu rounds of 64 accesses in %lu lives", rounds, lives);
	judge(functions >= info_option_number("functions", 1), "%lu functions on its bus, and its board", functions);
	judge(greeted && rung, "the guest's word in shared memory, and its ring");
	print("%lu faults of the guest are on record\n", denials.event[AUDIT_FAULT]);
	victim_check(&victim_channel, info_option_number("frame", 0), info_option_number("slack", 2000));
	judge_end();
	return 0;
}
