/* SPDX-License-Identifier: ISC */
/*
 * The other end of both cards' links: counts frames, and at the first and the last burst of each card reads the exit
 * counters of the guest's vCPU. Prints a line a card and ends the emulator.
 */
#include "sdk/sdk.h"
#include "tests/bench/network/network.h"

struct card {
	const char *name;
	struct net net;
	uint64_t frames, exits_first, ticks_first;
};
static struct card cards[2] = {{.name = "virtio"}, {.name = "e1000"}};

/* Those that the guest causes; not the interrupts that it only suffers. */
static uint64_t exits_now(void)
{
	const struct stats_vcpu *vcpu = &stats_get()->vcpu[info_subject("sender")->vcpu_first];
	return stats_read(&vcpu->exits[EXIT_IO]) + stats_read(&vcpu->exits[EXIT_MEMORY]) +
	       stats_read(&vcpu->exits[EXIT_MSR]) + stats_read(&vcpu->exits[EXIT_HALT]);
}

static bool take(struct card *card)
{
	struct net_frame frame;
	while (net_receive(&card->net, &frame)) {
		card->frames++;
		if (card->frames == DEPTH) {
			card->exits_first = exits_now();
			card->ticks_first = clock_tsc();
		}
		if (card->frames == (uint64_t)DEPTH * ROUNDS)
			print("NETWORK %s frames=%u exits=%lu ticks=%lu\n", card->name, DEPTH * (ROUNDS - 1),
			      exits_now() - card->exits_first, clock_tsc() - card->ticks_first);
	}
	net_flush(&card->net);
	return card->frames >= (uint64_t)DEPTH * ROUNDS;
}

int main(void)
{
	uint64_t events = 0;
	bool done = false;
	for (unsigned i = 0; i < 2; i++) {
		if (net_open(&cards[i].net, info_channel(cards[i].name)) != OK)
			print("NETWORK no channel %s\n", cards[i].name);
		events |= channel_event(&cards[i].net.channel);
	}
	while (!done) {
		done = take(&cards[0]) & take(&cards[1]);
		if (!done)
			event_wait(events, clock_deadline(CLOCK_S));
	}
	port_write32(0xf4, 0);
	return 0;
}
