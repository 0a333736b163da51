/* SPDX-License-Identifier: ISC */
/*
 * An event from a subject on CPU 0 to a handler on CPU 1: the sender notes the TSC and signals, the handler notes the
 * TSC and answers over a shared page. Once the receiver halts meanwhile, once it runs. Both PAUSE where they wait, or
 * the emulator, which runs one CPU at a time, would let only one of them go on.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"

#define EXIT_PORT 0xf4
#define SAMPLES 1000u
#define VECTOR 0x40u

struct answer { /* written by the receiver */
	volatile uint64_t count, tsc;
};
struct order { /* written by the sender */
	volatile uint64_t busy;
};
static struct answer *answer;
static uint64_t samples[SAMPLES];

static void *page_of(const char *name)
{
	const struct info_memory *memory = info_memory(name);

	if (!memory)
		interrupt_shutdown();
	return info_pointer(memory->gpa);
}

static void relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

static void handler(unsigned vector)
{
	(void)vector;
	answer->tsc = clock_tsc();
	answer->count++;
}

static void receiver(void)
{
	const struct order *order = page_of("order");

	answer = page_of("answer");
	interrupt_handle(VECTOR, handler);
	interrupt_enable();
	answer->count = 1;
	for (;;) {
		if (order->busy)
			relax();
		else
			event_wait(0, EVENT_FOREVER);
	}
}

static void sort(uint64_t *values, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		uint64_t value = values[i];
		unsigned j = i;
		for (; j && values[j - 1] > value; j--)
			values[j] = values[j - 1];
		values[j] = value;
	}
}

static void wait_us(uint64_t us)
{
	uint64_t until = clock_deadline(us * CLOCK_US);

	while (clock_tsc() < until)
		relax();
}

/* The receiver waits by a hypercall: none of them says that it ran all the time. */
static uint64_t waits(void)
{
	const struct info_subject *receiver = info_subject("receiver");

	return receiver ? stats_read(&stats_get()->vcpu[receiver->vcpu_first].exits[EXIT_HYPERCALL]) : 0;
}

static void sample(const struct answer *from, uint32_t event, const char *name)
{
	uint64_t before = waits();

	for (unsigned i = 0; i < SAMPLES; i++) {
		wait_us(20); /* the receiver is at rest again */
		uint64_t count = from->count, begin = clock_tsc();
		event_signal(event);
		while (from->count == count)
			relax();
		samples[i] = from->tsc - begin;
	}
	sort(samples, SAMPLES);
	print("EVENT %s n=%u min=%lu med=%lu p99=%lu max=%lu waits=%lu\n", name, SAMPLES, samples[0],
	      samples[SAMPLES / 2], samples[SAMPLES * 99 / 100], samples[SAMPLES - 1], waits() - before);
}

static void sender(void)
{
	const struct answer *from = page_of("answer");
	struct order *order = page_of("order");
	uint32_t event = info_event_out("call") ? info_event_out("call")->number : EVENT_NONE;

	while (!from->count)
		relax();
	sample(from, event, "halted");
	order->busy = 1;
	event_signal(event);
	wait_us(100);
	sample(from, event, "running");
	print("START entry=%lu first=%lu load=%lu\n", stats_get()->entry_tsc, stats_get()->first_tsc,
	      stats_get()->load_ticks);
	print("END\n");
	port_write32(EXIT_PORT, 0);
}

int main(void)
{
	if (role_is("receiver"))
		receiver();
	sender();
	return 0;
}
