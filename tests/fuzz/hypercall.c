/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include "abi/hypercall.h"
#include "arch/host/host.h"
#include "core/scheduler.h"
#include "core/subject.h"
#include "core/system.h"
#include "start/system.h"
#include "tests/unit/sample.h"

/*
 * Random hypercalls and exits by whoever has the CPU, on the whole core on the fake machine. One system runs on from
 * input to input, as it does for a subject. An input is a row of steps of 8 bytes: what, then its arguments. Whatever
 * is called, the configuration stays as it is, frames stay where they are planned, and states are those there are; a
 * panic of the core ends the machine, which is a finding.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY (UINT64_C(24) << 20)
#define STEP 8u
static struct sample *sample, *pristine;
static uint64_t epoch;

static struct sample *powerful(void)
{
	struct sample *s = sample_new();

	s->region[SAMPLE_GUEST_RAM].size = 65536;
	s->region[SAMPLE_GUEST_RAM].alignment = 4096;
	s->mapping[SAMPLE_MAP_GUEST_RAM].size = s->mapping[SAMPLE_MAP_LAYER_GUEST].size = 65536;
	s->subject[SAMPLE_APP].rights = 0x7f;
	s->subject[SAMPLE_APP].staging_region = SAMPLE_APP_IMAGE;
	s->manage[0].rights = 0x3f00;
	s->source[1] = (struct config_source){SAMPLE_APP, 15};
	sample_seal(s);
	return s;
}

static void boot(void)
{
	static struct boot_info info = {
	        .memory_count = 1, .cpu_count = 1, .tsc_khz = 1000000, .phys_limit = UINT64_C(1) << 47};
	static struct system_maps maps;

	host_reset();
	host.now[0] = 1000000;
	sample = powerful();
	pristine = powerful();
	info.package = (uint64_t)(uintptr_t)sample;
	info.package_size = sizeof(*sample);
	info.memory[0].base = (uint64_t)(uintptr_t)aligned_alloc(4096, MEMORY);
	info.memory[0].size = MEMORY;
	the_system.constant[0] = (struct machine_range){(uint64_t)(uintptr_t)host_image, sizeof(host_image)};
	system_build(&info, &the_system, &maps);
	system_seal(&the_system);
	core_main();
	epoch = cpus[0].major_start;
}

static void run_for(uint64_t ticks)
{
	uint64_t end = host.now[0] + ticks;

	host.until = end;
	for (unsigned i = 0; i < 10000 && host.now[0] < end; i++)
		scheduler_round(&cpus[0]);
	if (host.now[0] < end)
		abort(); /* time stands still: somebody is interrupted without end */
	if (cpus[0].resched)
		scheduler_round(&cpus[0]);
	host.until = 0;
}

static void check(void)
{
	if (memcmp(sample, pristine, offsetof(struct sample, payload)))
		abort();
	if ((cpus[0].major_start - epoch) % 10000000)
		abort();
	for (uint32_t i = 0; i < subject_count; i++)
		if (subjects[i].leader->state >= SUBJECT_STATES)
			abort();
	for (uint32_t i = 0; i < vcpu_count; i++) {
		const uint32_t state = vcpus[i].subject->leader->state;
		if (vcpus[i].state > VCPU_WAIT_SIPI)
			abort();
		if (vcpus[i].state != VCPU_PARKED && state != SUBJECT_RUNNING && state != SUBJECT_PAUSED &&
		    state != SUBJECT_STOPPING)
			abort();
	}
	const struct vcpu *current = cpus[0].current;
	if (current && (!vcpu_in_frame(current) || (current->layer && current->layer->state != VCPU_RESUMED)))
		abort();
}

static uint64_t argument(uint8_t how, uint8_t value)
{
	switch (how % 6) {
	case 0:
		return value % 4;
	case 1:
		return value;
	case 2:
		return (UINT64_C(1) << value % 64) + value / 64 - 1;
	case 3:
		return ~(uint64_t)value;
	case 4:
		return host.now[0] + ((uint64_t)value << how / 16);
	default:
		return (uint64_t)value * UINT64_C(0x0101010101010101);
	}
}

static void call(struct vcpu *vcpu, const uint8_t *step)
{
	if (step[1] == HC_REBOOT || step[1] == HC_POWER_OFF)
		return;
	for (unsigned i = 0; i < 3; i++)
		vcpu->machine.argument[i + 1] = argument(step[2 + 2 * i], step[3 + 2 * i]);
	vcpu->machine.argument[0] = step[1] < 200 ? step[1] % HYPERCALL_COUNT : argument(step[1], step[0]);
	if (vcpu->machine.argument[0] == HC_REBOOT || vcpu->machine.argument[0] == HC_POWER_OFF)
		return;
	host_upcall(&cpus[0], vcpu, EXIT_HYPERCALL);
}

static void leave(struct vcpu *vcpu, const uint8_t *step)
{
	static const enum exit reasons[] = {EXIT_MSR,      EXIT_IO,          EXIT_MEMORY, EXIT_HALT,  EXIT_WINDOW,
	                                    EXIT_CONTROL,  EXIT_EXCEPTION,   EXIT_EOI,    EXIT_PAUSE, EXIT_ENTRY,
	                                    EXIT_SHUTDOWN, EXIT_INSTRUCTION, EXIT_HALT,   EXIT_IO};

	for (unsigned i = 0; i < 3; i++)
		vcpu->machine.detail[i] = argument(step[2 + 2 * i], step[3 + 2 * i]);
	host_upcall(&cpus[0], vcpu, reasons[step[1] % (sizeof(reasons) / sizeof(reasons[0]))]);
}

static void frame(const uint8_t *step) /* the layer's page, as hostile as it likes */
{
	struct exit_frame *shared = vcpus[SAMPLE_GUEST].frame;

	shared->cpl = step[1];
	shared->inject = argument(step[2], step[3]);
	shared->rip = argument(step[4], step[5]);
	vcpus[SAMPLE_GUEST].machine.interrupts_on = step[6] & 1;
}

/* Nobody stays stopped for good. */
static void revive(void)
{
	for (uint32_t i = 0; i < subject_count; i++) {
		(void)subject_command(&cpus[0], &subjects[i], COMMAND_RESUME, 0xffff);
		(void)subject_command(&cpus[0], &subjects[i], COMMAND_START, 0xffff);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!sample)
		boot();
	revive();
	run_for(10000000);
	for (; size >= STEP; data += STEP, size -= STEP) {
		struct vcpu *vcpu = cpus[0].resched ? 0 : cpus[0].current;
		if (data[0] % 8 < 4 && vcpu)
			call(vcpu, data);
		else if (data[0] % 8 == 4 && vcpu)
			leave(vcpu, data);
		else if (data[0] % 8 == 5)
			frame(data);
		else
			run_for((uint64_t)data[1] << data[2] % 14);
		check();
	}
	return 0;
}
