/* SPDX-License-Identifier: ISC */
/* Any tables, any mode, any address: an answer; a page that was found is found again, and reading finds what writing did. */
#include <string.h>
#include "devices/decode/walk.h"
#include "tests/fuzz/device_script.h"

#define MEMORY 0x4000u
static uint64_t memory_words[MEMORY / 8];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};
	struct guest_memory memory = {0};
	struct walk_result result, again;
	struct walk_cpu cpu = {.cr0 = take(&script, 4) | UINT64_C(0x80000001),
	                       .cr3 = take(&script, 2),
	                       .cr4 = take(&script, 3),
	                       .efer = take(&script, 2),
	                       .rflags = take(&script, 3),
	                       .cpl = take(&script, 1) & 3,
	                       .physical_bits = 32 + take(&script, 1) % 21};
	uint64_t linear = take(&script, 4) | (uint64_t)take(&script, 2) << 32;
	static const unsigned accesses[] = {WALK_READ, WALK_WRITE, WALK_FETCH};
	unsigned access = accesses[take(&script, 1) % 3];
	memset(memory_words, 0, sizeof memory_words);
	/* entries: where, and what; small numbers lead to tables inside the memory */
	while (more(&script)) {
		uint32_t at = take(&script, 2) % (MEMORY / 8);
		memory_words[at] = take(&script, 2) | (uint64_t)take(&script, 1) << 56;
	}
	guest_memory_add(&memory, 0, MEMORY, memory_words);
	enum walk_answer answer = walk(&memory, &cpu, linear, access, &result);
	MUST(answer <= WALK_UNSUPPORTED);
	if (answer == WALK_FAULT)
		MUST(!(result.error & ~(WALK_PRESENT | WALK_WRITE | WALK_USER | WALK_RESERVED | WALK_FETCH)));
	if (answer != WALK_OK)
		return 0;
	MUST(result.left >= 1);
	MUST(((result.gpa ^ linear) & 0xfff) == 0);
	/* Accessed and Dirty may have turned the tables themselves: only a walk that marks nothing new must agree */
	if (walk(&memory, &cpu, linear, access, &again) == WALK_OK &&
	    walk(&memory, &cpu, linear, access, &result) == WALK_OK)
		MUST(((again.gpa ^ result.gpa) & 0xfff) == 0);
	return 0;
}
