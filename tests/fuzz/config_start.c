/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include "arch/host/host.h"
#include "core/scheduler.h"
#include "core/subject.h"
#include "core/system.h"
#include "start/system.h"
#include "tests/unit/sample.h"

/*
 * The whole core on the fake machine, started from the valid sample with arbitrary edits (as in config_check.c) and a
 * digest that matches: it refuses, or it starts and runs some milliseconds, and no bound is broken on the way. So the
 * core does not rely on what only the tool's rules say (docs/decisions/two-checks.md).
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY (UINT64_C(2) << 20)
#define GUEST UINT64_C(65536)
#define EDIT 11u
#define ROUNDS 100u
static jmp_buf on_end;

static void edit(struct sample *sample, const uint8_t *data)
{
	const size_t width = (size_t)1 << data[2] % 4;
	const size_t offset = (size_t)(data[0] | data[1] << 8) % (offsetof(struct sample, payload) - width);

	memcpy((uint8_t *)sample + offset, data + 3, width);
}

static void fill(struct sample *sample, bool smp)
{
	sample_fill(sample);
	if (smp)
		sample_make_smp(sample);
	sample->region[SAMPLE_GUEST_RAM].size = GUEST;
	sample->region[SAMPLE_GUEST_RAM].alignment = 4096;
	sample->mapping[SAMPLE_MAP_GUEST_RAM].size = sample->mapping[SAMPLE_MAP_LAYER_GUEST].size = GUEST;
}

/* A machine after a cold start: nothing of the run before is left. */
static void power_on(const struct sample *sample, struct boot_info *info)
{
	static uint8_t *memory;

	if (!memory)
		memory = aligned_alloc(4096, MEMORY);
	memset(&the_system, 0, sizeof(the_system));
	memset(subjects, 0, sizeof(subjects));
	memset(vcpus, 0, sizeof(vcpus));
	memset(cpus, 0, sizeof(cpus));
	host_reset();
	host.on_end = &on_end;
	for (unsigned i = 0; i < CONFIG_MAX_CPUS; i++)
		host.now[i] = 1000000;
	host.cpuid_value = ~0u;
	*info = (struct boot_info){
	        .package = (uint64_t)(uintptr_t)sample,
	        .package_size = sizeof(*sample),
	        .memory = {{(uint64_t)(uintptr_t)memory, MEMORY}},
	        .memory_count = 1,
	        .cpu_count = CONFIG_MAX_CPUS,
	        .phys_limit = UINT64_C(1) << 47,
	        .tsc_khz = 1000000,
	};
}

static void run(const struct boot_info *info)
{
	static struct system_maps maps;

	the_system.constant[0] = (struct machine_range){(uint64_t)(uintptr_t)host_image, sizeof(host_image)};
	system_build(info, &the_system, &maps);
	system_seal(&the_system);
	core_main();
	for (unsigned i = 0; i < ROUNDS; i++) {
		host.cpu = i % the_system.config->cpu_count;
		host.until = host.now[host.cpu] + 20000;
		scheduler_round(&cpus[host.cpu]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sample pristine[2], sample;
	struct boot_info info;

	if (!size)
		return 0;
	if (!pristine[0].header.magic) {
		fill(&pristine[0], false);
		fill(&pristine[1], true);
	}
	sample = pristine[data[0] & 1];
	for (size_t at = 1; at + EDIT <= size; at += EDIT)
		edit(&sample, data + at);
	if (sample.header.size > sizeof(sample) || sample.header.package_size != sizeof(sample))
		return 0;
	sample_seal(&sample);
	power_on(&sample, &info);
	if (!setjmp(on_end))
		run(&info);
	return 0;
}
