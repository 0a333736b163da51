/* SPDX-License-Identifier: ISC */
#include "tests/unit/core_fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_BYTES (UINT64_C(32) << 20)
#define SECOND UINT64_C(1000000000)
struct boot_info rig_boot_info;
struct system_maps rig_maps;
static jmp_buf on_end;
static bool end_expected;

static int run_one(const struct CMUnitTest *test)
{
	fflush(stdout);
	fflush(stderr);
	pid_t child = fork();

	if (!child)
		exit(_cmocka_run_group_tests(test->name, test, 1, 0, 0));
	int status = 0;
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "FAILED %s\n", test->name);
		return 1;
	}
	return 0;
}

int rig_tests(const struct CMUnitTest *tests, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < count; i++)
		failed += run_one(&tests[i]);
	return failed;
}

struct sample *rig_sample(void)
{
	struct sample *s = sample_new();

	assert_non_null(s);
	s->region[SAMPLE_GUEST_RAM].size = CORE_GUEST_BYTES;
	s->region[SAMPLE_GUEST_RAM].alignment = 4096;
	s->mapping[SAMPLE_MAP_GUEST_RAM].size = CORE_GUEST_BYTES;
	s->mapping[SAMPLE_MAP_LAYER_GUEST].size = CORE_GUEST_BYTES;
	return s;
}

void rig_prepare(struct sample *sample)
{
	void *memory = mmap(0, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	memset(memory, 0xdd, 8 << 20); /* memory is not zero after a warm reboot */
	sample_seal(sample);
	host_reset();
	host.on_end = &on_end;
	for (unsigned i = 0; i < CONFIG_MAX_CPUS; i++)
		host.now[i] = 1000000;
	rig_boot_info = (struct boot_info){
	        .package = (uint64_t)(uintptr_t)sample,
	        .package_size = sample->header.package_size,
	        .memory = {{(uint64_t)(uintptr_t)memory, MEMORY_BYTES}},
	        .memory_count = 1,
	        .cpu_count = CONFIG_MAX_CPUS,
	        .entry_tsc = 77,
	        .tsc_khz = 1000000,
	        .image_bytes = sizeof(host_image),
	        .phys_limit = UINT64_C(1) << 47,
	};
}

static void boot(void *context)
{
	(void)context;
	the_system.constant[0] = (struct machine_range){(uint64_t)(uintptr_t)host_image, sizeof(host_image)};
	system_build(&rig_boot_info, &the_system, &rig_maps);
	system_seal(&the_system);
	core_main();
}

enum host_end rig_ends(void (*run)(void *), void *context)
{
	host.end = HOST_RUNNING;
	end_expected = true;
	if (!setjmp(on_end))
		run(context);
	end_expected = false;
	return host.end;
}

void rig_start(void)
{
	if (rig_ends(boot, 0) != HOST_RUNNING)
		fail_msg("refused: %s", host.console);
}

void rig_boot(struct sample *sample)
{
	rig_prepare(sample);
	rig_start();
}

const char *rig_refusal(void)
{
	assert_int_equal(rig_ends(boot, 0), HOST_STOPPED);
	for (uint32_t i = 0; i < vcpu_count; i++)
		assert_int_equal(vcpus[i].machine.entries, 0);
	return host.console;
}

void rig_round(unsigned cpu)
{
	host.cpu = cpu;
	if (!end_expected && setjmp(on_end))
		fail_msg("the machine ended: %s", host.console);
	scheduler_round(&cpus[cpu]);
}

static unsigned slowest(void)
{
	unsigned cpu = 0;

	for (unsigned i = 1; i < the_system.config->cpu_count; i++)
		if (host.now[i] < host.now[cpu])
			cpu = i;
	return cpu;
}

/* A CPU may be ahead of the slowest one by this much. */
#define SKEW 2000u

void rig_run_until(uint64_t time)
{
	for (;;) {
		unsigned cpu = slowest();
		if (host.now[cpu] >= time)
			break;
		host.until = time;
		for (unsigned i = 0; i < the_system.config->cpu_count; i++)
			if (i != cpu && host.now[i] + SKEW < host.until)
				host.until = host.now[i] + SKEW;
		rig_round(cpu);
	}
	host.until = 0;
	for (unsigned i = 0; i < the_system.config->cpu_count; i++)
		for (unsigned n = 0; n < 4 && cpus[i].resched; n++)
			rig_decide(i);
	host.cpu = 0;
}

uint64_t rig_now(void)
{
	return host.now[0];
}

void rig_run_for(uint64_t ticks)
{
	rig_run_until(rig_now() + ticks);
}

void rig_decide(unsigned cpu)
{
	host.until = host.now[cpu];
	rig_round(cpu);
	for (unsigned n = 0; n < 4 && !cpus[cpu].current && cpus[cpu].resched;
	     n++) /* set to their start states first */
		rig_round(cpu);
	host.until = 0;
}

void rig_enter(struct vcpu *vcpu)
{
	for (unsigned i = 0; i < 100000; i++) {
		if (vcpu->cpu->current == vcpu)
			return;
		rig_run_for(500);
	}
	fail_msg("vCPU %u never runs: state %u, requests %llx, unit %u", vcpu->index, vcpu->state,
	         (unsigned long long)vcpu->requests, rig_state(vcpu->subject));
}

enum status rig_call(struct vcpu *vcpu, uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t argument[4] = {number, a, b, c};

	memcpy(vcpu->machine.argument, argument, sizeof(argument));
	rig_leave(vcpu, EXIT_HYPERCALL, 0, 0, 0);
	if (number == HC_VCPU_RUN && vcpu->state == VCPU_RESUMED)
		return OK; /* answered when it returns */
	return (enum status)vcpu->machine.argument[0];
}

uint64_t rig_result(const struct vcpu *vcpu, unsigned index)
{
	return vcpu->machine.argument[index];
}

void rig_leave(struct vcpu *vcpu, enum exit reason, uint64_t detail0, uint64_t detail1, uint64_t detail2)
{
	const uint64_t detail[3] = {detail0, detail1, detail2};

	memcpy(vcpu->machine.detail, detail, sizeof(detail));
	host.cpu = vcpu->cpu->id;
	vcpu->cpu->current = vcpu;
	if (!end_expected && setjmp(on_end))
		fail_msg("the machine ended: %s", host.console);
	host_upcall(vcpu->cpu, vcpu, reason);
}

struct host_exit rig_layer(struct vcpu *vcpu)
{
	(void)vcpu;
	return (struct host_exit){.after = 0, .reason = EXIT_HYPERCALL, .argument = {HC_VCPU_RUN, 0, 0, 0}};
}

void rig_command(struct subject *subject, enum subject_command command, uint32_t state)
{
	uint64_t end = rig_now() + SECOND;

	assert_int_equal(subject_command(&cpus[0], subject, command, 0xffff), OK);
	while (rig_state(subject) != state) {
		if (rig_now() > end)
			fail_msg("%s stays in state %u", subject->config->name, rig_state(subject));
		rig_run_for(10000);
	}
}

uint32_t rig_state(const struct subject *subject)
{
	return subject->leader->state;
}

uint8_t *rig_region(uint32_t region)
{
	return (uint8_t *)(uintptr_t)system_region(region).at;
}

struct audit_ring *rig_ring(uint32_t consumer, uint32_t cpu)
{
	const struct config_consumer *c = &CONFIG_TABLE(the_system.config, config_consumer, TABLE_CONSUMER)[consumer];

	return (struct audit_ring *)(rig_region(c->region) + c->ring_bytes * cpu);
}

/* By the reader's protocol: from the newest sequence number down, as long as the slot holds it. */
static const struct audit_record *find(const struct audit_ring *ring, uint32_t event, uint32_t *count)
{
	const struct audit_record *newest = 0;

	for (uint64_t s = ring->next - 1; s && ring->next - s <= ring->capacity; s--) {
		const struct audit_record *r = &ring->record[(s - 1) % ring->capacity];
		if (r->sequence != s)
			fail_msg("slot of record %llu holds %llu", (unsigned long long)s,
			         (unsigned long long)r->sequence);
		if (r->event != event)
			continue;
		newest = newest ? newest : r;
		++*count;
	}
	return newest;
}

const struct audit_record *rig_audit(uint32_t consumer, uint32_t cpu, uint32_t event)
{
	uint32_t count = 0;

	return find(rig_ring(consumer, cpu), event, &count);
}

uint32_t rig_audit_count(uint32_t consumer, uint32_t cpu, uint32_t event)
{
	uint32_t count = 0;

	find(rig_ring(consumer, cpu), event, &count);
	return count;
}

static void check_vcpu(const struct vcpu *vcpu)
{
	const struct subject *leader = vcpu->subject->leader;

	assert_true(vcpu->state <= VCPU_WAIT_SIPI);
	if (vcpu->guest && vcpu->state != VCPU_RESUMED) /* never both at once */
		assert_ptr_not_equal(vcpu->cpu->current, vcpu->guest);
	if (vcpu->state != VCPU_PARKED) {
		assert_int_not_equal(leader->state, SUBJECT_STOPPED);
		assert_int_not_equal(leader->state, SUBJECT_FAILED);
		assert_int_not_equal(leader->state, SUBJECT_SCRUB);
		assert_int_not_equal(leader->state, SUBJECT_LOAD);
	}
}

void rig_check_invariants(void)
{
	for (uint32_t i = 0; i < vcpu_count; i++)
		check_vcpu(&vcpus[i]);
	for (uint32_t i = 0; i < subject_count; i++) {
		assert_true(subjects[i].leader->state < SUBJECT_STATES);
		assert_int_equal(subjects[i].stats->state, subjects[i].leader->state);
	}
	for (uint32_t i = 0; i < the_system.config->cpu_count; i++) {
		const struct cpu *cpu = &cpus[i];
		if (!cpu->frames)
			continue;
		if (cpu->current) {
			assert_int_equal(cpu->current->config->cpu, i);
			assert_true(vcpu_in_frame(cpu->current));
		}
		assert_true(cpu->frame_index < cpu->frame_count || cpu->frame_index == 0xffffffffu);
	}
}
