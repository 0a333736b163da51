/* SPDX-License-Identifier: ISC */
/*
 * A hostile application reads, writes and executes guest-physical addresses over and beyond its space: what its
 * information page does not list with that right is a refusal and a record that names the address.
 */
#include "sdk/sdk.h"
#include "abi/channel.h"
#include "abi/frame.h"
#include "sdk/x86_64/start.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/trap.h"
#include "tests/guest/common/victim.h"

#define PAGE 4096u
#define LARGE (UINT64_C(2) << 20)
#define WINDOW (UINT64_C(1) << 39)
#define MEMORY_BITS 40u /* what this processor can name; beyond, the page tables are malformed: #PF */
#define LAST UINT64_C(0x3fffff000)

enum { READ = INFO_READ, WRITE = INFO_WRITE, EXECUTE = INFO_EXECUTE };
static uint64_t window_pointers[512] __attribute__((aligned(4096)));
static uint64_t window_directory[512] __attribute__((aligned(4096)));

static void window_open(void)
{
	window_pointers[0] = (uintptr_t)window_directory | 0x63;
	start_root[1] = (uintptr_t)window_pointers | 0x63;
}

/* A guest-physical address, seen through the window of 2 MiB. */
static uintptr_t window_to(uint64_t gpa)
{
	uintptr_t at = WINDOW + (gpa & (LARGE - 1));

	window_directory[0] = (gpa & ~(LARGE - 1)) | 0xe3;
	__asm__ volatile("invlpg (%0)" : : "r"(at) : "memory");
	return at;
}

static bool within(uint64_t gpa, uint64_t base, uint64_t size)
{
	return base && gpa >= base && gpa - base < size;
}

static uint32_t rights_of(uint64_t gpa)
{
	const struct info_memory *memory = INFO_TABLE(info_memory, memory);
	const struct info_channel *channel = INFO_TABLE(info_channel, channel);

	if (within(gpa, INFO_GPA, info_get()->size))
		return READ;
	for (uint32_t i = 0; i < info_get()->memory.count; i++)
		if (within(gpa, memory[i].gpa, memory[i].size))
			return memory[i].rights;
	for (uint32_t i = 0; i < info_get()->channel.count; i++) {
		if (within(gpa, channel[i].in_gpa, channel[i].in_bytes + PAGE))
			return READ;
		if (within(gpa, channel[i].out_gpa, channel[i].out_bytes + PAGE))
			return READ | WRITE;
	}
	return 0;
}

static void touch_read(void *at)
{
	(void)*(volatile uint8_t *)at;
}

static void touch_write(void *at)
{
	*(volatile uint8_t *)at = 0x5a;
}

static void touch_execute(void *at)
{
	__asm__ volatile("call *%0" : : "r"(at) : "memory");
}

struct tally {
	uint64_t refused, granted, wrong, beyond, first_wrong;
};

static void try_one(struct tally *tally, uint64_t gpa, uint32_t right)
{
	static trap_code *const codes[] = {[READ] = touch_read, [WRITE] = touch_write, [EXECUTE] = touch_execute};
	bool granted = rights_of(gpa) & right;

	if (granted && right != READ)
		return; /* our own code and data: nothing to learn, much to break */
	unsigned vector = trap_call(codes[right], (void *)window_to(gpa));
	tally->refused += vector == 13;
	tally->granted += vector == TRAP_NONE;
	if (gpa >> MEMORY_BITS && vector == 14)
		tally->beyond++;
	else if (vector != (granted ? TRAP_NONE : 13u) && !tally->wrong++)
		tally->first_wrong = gpa | right;
}

static void try_page(struct tally *tally, uint64_t gpa)
{
	try_one(tally, gpa, READ);
	try_one(tally, gpa, WRITE);
	try_one(tally, gpa, EXECUTE);
}

static void try_range(struct tally *tally, uint64_t first, uint64_t size, uint64_t step)
{
	for (uint64_t gpa = first; gpa - first < size; gpa += step)
		try_page(tally, gpa);
}

static uint64_t next_random(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void hostile(void)
{
	struct channel channel;
	struct tally tally = {0};

	hostile_begin(&channel);
	window_open();
	try_range(&tally, 0, 8 << 20, PAGE);
	try_range(&tally, INFO_GPA - (1 << 20), 2 << 20, PAGE);
	try_range(&tally, APP_WINDOW_GPA - (1 << 20), 2 << 20, PAGE);
	try_range(&tally, 0xfee00000, 16 * PAGE, PAGE);
	try_range(&tally, 0xfec00000, 4 * PAGE, PAGE);
	try_range(&tally, 0, UINT64_C(6) << 30, LARGE);
	try_range(&tally, LAYER_GUEST_GPA, 64 * LARGE, LARGE);
	for (unsigned bit = 12; bit < 52; bit++) {
		try_page(&tally, (UINT64_C(1) << bit) - PAGE);
		try_page(&tally, UINT64_C(1) << bit);
		try_page(&tally, (UINT64_C(1) << bit) + PAGE);
	}
	for (unsigned i = 0; i < 8000; i++)
		try_page(&tally, next_random() >> (64 - MEMORY_BITS));
	clock_sleep(5 * CLOCK_MS); /* the last one is to have a record of its own */
	try_one(&tally, LAST, WRITE);
	hostile_end(&channel,
	            &(struct report){{tally.refused, tally.granted, tally.wrong, tally.beyond, tally.first_wrong}});
}

int main(void)
{
	struct attack attack = {0};
	const uint64_t *w = attack.report.word;

	if (role_is("hostile"))
		hostile();
	if (role_is("victim"))
		victim();
	attack_run(&attack, 60);
	judge(w[0] > 30000 && w[2] == 0, "%lu attempts refused, %lu reads granted, %lu wrong answers, the first at %lx",
	      w[0], w[1], w[2], w[4]);
	judge(w[3] > 50, "%lu attempts beyond what the processor can name", w[3]);
	attack_audited(&attack);
	const struct audit_record *last = &attack.denials.last[AUDIT_MEMORY_DENIED];
	judge(last->argument[0] == LAST && last->argument[1] == FRAME_MEMORY_WRITE,
	      "the last record names address %lx, bits %lx, near region %lu", last->argument[0], last->argument[1],
	      last->argument[2]);
	attack_end(&attack, 200, 2000);
	return 0;
}
