/* SPDX-License-Identifier: ISC */
/*
 * Frame starts and frame switches, seen from inside. `steady` reads the TSC in a loop of six instructions and notes for
 * each of its frames when it began, against the plan (the schedule's epoch in the statistics region plus a multiple of
 * the frame lengths). `neighbour` has the frame before: it spins, or storms with exits all through it. It leaves its
 * last TSC in a shared page: the way from there to the first TSC of `steady` is the switch.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/trap.h"

#define EXIT_PORT 0xf4
#define FRAMES 2000u /* of each behaviour */
#define SLOTS 12u    /* of the histogram: powers of two */
#define TAKEN 1024u  /* a switch takes less than so many instructions, or counts as so many */
enum behaviour { SPINS, CALLS, REFUSED, CPUIDS, IPIS, PORTS, BEHAVIOURS };
static const char *const names[] = {"spins", "hypercalls", "refused-hypercalls", "cpuid", "self-ipi", "denied-ports"};

struct shared {
	uint64_t behaviour; /* written by steady */
};
struct trace {
	uint32_t last_tsc, padding; /* written by neighbour: low half */
};
struct result {
	int64_t late_min, late_max;
	uint64_t missed;
	uint32_t switch_min, switch_max;
	uint32_t histogram[SLOTS];
	uint32_t taken[TAKEN]; /* switches by instructions */
};

static void *page_of(const char *name)
{
	const struct info_memory *memory = info_memory(name);

	if (!memory)
		interrupt_shutdown();
	return info_pointer(memory->gpa);
}

/* Spins until a step of the TSC is at least `gap`: returns the TSC after it, *end (low half) the one before it. */
static uint64_t next_start(uint32_t gap, uint32_t *end)
{
	uint32_t low, high, before, step;

	__asm__ volatile("rdtsc\n"
	                 "1: mov %%eax, %2\n"
	                 "rdtsc\n"
	                 "mov %%eax, %3\n"
	                 "sub %2, %3\n"
	                 "cmp %4, %3\n"
	                 "jb 1b\n"
	                 : "=&a"(low), "=&d"(high), "=&r"(before), "=&r"(step)
	                 : "r"(gap)
	                 : "memory");
	*end = before;
	return (uint64_t)high << 32 | low;
}

/* Leaves the TSC in memory, three instructions a turn, for as many turns. */
static void leave_tsc(volatile uint32_t *where, uint32_t turns)
{
	__asm__ volatile("1: rdtsc\n"
	                 "mov %%eax, (%1)\n"
	                 "dec %0\n"
	                 "jnz 1b\n"
	                 : "+r"(turns)
	                 : "r"(where)
	                 : "rax", "rdx", "memory");
}

static void cpuid(void)
{
	uint32_t a = 0, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
}

static void bad_port(void *unused)
{
	(void)unused;
	port_read8(0x80);
}

static void storm(uint64_t behaviour)
{
	if (behaviour == CALLS)
		hypercall_void(HC_VERSION, 0, 0, 0);
	else if (behaviour == REFUSED)
		system_schedule(0);
	else if (behaviour == CPUIDS)
		cpuid();
	else if (behaviour == IPIS)
		interrupt_send(0, 0x40);
	else if (behaviour == PORTS)
		trap_call(bad_port, 0);
}

static void nothing(unsigned vector)
{
	(void)vector;
}

static struct {
	uint64_t epoch, major_us, khz;
} plan;

/* When frame n began, or rather should have: as the core computes it. */
static uint64_t planned(uint64_t n, uint64_t offset_us)
{
	return plan.epoch + n * plan.major_us * plan.khz / 1000 + offset_us * plan.khz / 1000;
}

static void neighbour(void)
{
	const volatile struct shared *shared = page_of("shared");
	volatile struct trace *trace = page_of("trace");
	uint64_t length = info_option_number("frame", 0), window = info_option_number("window", 3), n = 0;

	trap_open();
	interrupt_handle(0x40, nothing);
	interrupt_enable();
	for (;;) {
		uint64_t behaviour = shared->behaviour, end = planned(n, length);
		if (behaviour == SPINS) {
			leave_tsc(&trace->last_tsc, 1000);
			continue;
		}
		while (planned(n, length) < clock_tsc())
			n++;
		end = planned(n, length);
		while (clock_tsc() < end - window * plan.khz / 1000 - n % 509)
			;
		while (clock_tsc() < end)
			storm(behaviour);
	}
}

static void note(struct result *r, int64_t late, uint32_t taken)
{
	uint64_t size = late < 0 ? 0 : (uint64_t)late;
	unsigned slot = 0;

	r->late_min = late < r->late_min ? late : r->late_min;
	r->late_max = late > r->late_max ? late : r->late_max;
	r->switch_min = taken < r->switch_min ? taken : r->switch_min;
	r->switch_max = taken > r->switch_max ? taken : r->switch_max;
	r->taken[taken < TAKEN ? taken : TAKEN - 1]++;
	while (size >> slot > 8 && slot + 1 < SLOTS)
		slot++;
	r->histogram[slot]++;
}

static void measure(struct result *r, const volatile struct trace *trace, uint64_t offset_us, uint64_t hold)
{
	uint32_t gap = (uint32_t)(info_option_number("gap", 50) * info_get()->tsc_khz / 1000), end;
	uint64_t n = 0, start;

	*r = (struct result){.late_min = INT64_MAX, .late_max = INT64_MIN, .switch_min = UINT32_MAX};
	next_start(gap, &end);
	for (unsigned i = 0; i < FRAMES; i++) {
		start = next_start(gap, &end);
		uint32_t last = trace->last_tsc;
		uint64_t before = n;
		n = (start - plan.epoch - offset_us * plan.khz / 1000) * 1000 / (plan.major_us * plan.khz);
		r->missed += i ? n - before - 1 : 0;
		note(r, (int64_t)(start - planned(n, offset_us) - hold), (uint32_t)start - last);
	}
}

static unsigned median(const struct result *r)
{
	unsigned value = 0, count = r->taken[0];

	while (count < FRAMES / 2)
		count += r->taken[++value];
	return value;
}

static void show(uint64_t behaviour, const struct result *r)
{
	print("FRAMES %s n=%u late_min=%ld late_max=%ld missed=%lu switch_min=%u switch_med=%u switch_max=%u\n",
	      names[behaviour], FRAMES, r->late_min, r->late_max, r->missed, r->switch_min, median(r), r->switch_max);
	print("LATE %s", names[behaviour]);
	for (unsigned i = 0; i < SLOTS; i++)
		print(" %u", r->histogram[i]);
	print("\n");
}

static uint64_t runtime_of(const char *name)
{
	const struct info_subject *subject = info_subject(name);

	return subject ? stats_read(&stats_get()->vcpu[subject->vcpu_first].runtime) : 0;
}

static void steady(void)
{
	volatile struct shared *shared = page_of("shared");
	const volatile struct trace *trace = page_of("trace");
	uint64_t offset = info_option_number("offset", 0),
	         hold = info_option_number("hold", 0) * info_get()->tsc_khz / 1000;
	static struct result result;

	for (uint64_t behaviour = 0; behaviour < BEHAVIOURS; behaviour++) {
		uint64_t own = runtime_of("steady"), other = runtime_of("neighbour");
		shared->behaviour = behaviour;
		measure(&result, trace, offset, hold);
		show(behaviour, &result);
		print("SHARE %s own=%lu other=%lu\n", names[behaviour], runtime_of("steady") - own,
		      runtime_of("neighbour") - other);
	}
	print("CPU late_max=%lu frames=%lu\n", stats_get()->cpu[0].late_max, stats_get()->cpu[0].frames);
	print("END\n");
	port_write32(EXIT_PORT, 0);
}

int main(void)
{
	plan.epoch = stats_get()->cpu[0].schedule_since;
	plan.major_us = info_option_number("major", 0);
	plan.khz = info_get()->tsc_khz;
	if (role_is("neighbour"))
		neighbour();
	steady();
	return 0;
}
