/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_LOOP_FIXTURE_H
#define TESTS_UNIT_LOOP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "abi/exit.h"
#include "devices/exit.h"
#include "devices/guest_window.h"
#include "devices/interrupt.h"
#include "devices/loop.h"
#include "devices/machine.h"
#include "sdk/mock/mock.h"

/* The test is the core: each HC_VCPU_RUN gets the next outcome of a script, and how the layer resumed is kept. */
#define RAM 0x200000u
#define STEPS 16u
struct step {
	uint64_t kind, detail, rax;
};
struct resumed {
	uint64_t flags, rax, timer;
};
static struct step script[STEPS];
static struct resumed resumed[STEPS + 1];
static unsigned step_count, step_at;
static struct machine *machine;
static struct exit_frame *frame;
static struct channel console;
static uint8_t *ram;
static uint64_t lapic_register[64];

const char *guest_window_open(struct guest_memory *memory)
{
	return guest_memory_add(memory, 0, RAM, ram) ? 0 : "no room";
}

static enum status core_run(const uint64_t *argument, uint64_t *result)
{
	resumed[step_at] = (struct resumed){argument[0], argument[1], argument[2]};
	if (step_at == step_count)
		return ERR_STATE;
	result[0] = script[step_at].kind;
	result[1] = script[step_at].detail;
	result[2] = script[step_at].rax;
	step_at++;
	return OK;
}

static enum status core_lapic_read(const uint64_t *argument, uint64_t *result)
{
	result[0] = lapic_register[argument[1] >> 4];
	return OK;
}

static enum status core_lapic_write(const uint64_t *argument, uint64_t *result)
{
	bool is_entry = argument[1] >= 0x320 && argument[1] <= 0x370, is_enabled = lapic_register[0xf] & 0x100;
	lapic_register[argument[1] >> 4] = argument[2] | (is_entry && !is_enabled ? 0x10000 : 0);
	if (argument[1] == 0xb0)
		result[0] = 0x31;
	return OK;
}

static int setup(void **state)
{
	(void)state;
	mock_reset();
	mock_guest(2, BOOT_LINUX);
	ram = calloc(1, RAM);
	frame = calloc(1, 4096);
	machine = calloc(1, sizeof *machine);
	mock_add_memory("frame0", INFO_FRAME, frame, 4096, 0);
	mock_add_memory("frame1", INFO_FRAME, frame, 4096, 1);
	mock_add_channel(&(struct mock_channel){.name = "console",
	                                        .peer = "console",
	                                        .in_bytes = 256,
	                                        .out_bytes = 256,
	                                        .role = ROLE_SERIAL,
	                                        .role_index = 0},
	                 &console);
	mock_answer(HC_VCPU_RUN, core_run);
	mock_answer(HC_LAPIC_READ, core_lapic_read);
	mock_answer(HC_LAPIC_WRITE, core_lapic_write);
	memset(script, 0, sizeof script);
	memset(lapic_register, 0, sizeof lapic_register);
	step_count = step_at = 0;
	assert_null(machine_init(machine));
	assert_null(machine_without_firmware(machine));
	/* a flat 64-bit guest without paging would be none: 32-bit protected mode it is */
	frame->valid = FRAME_HAS_GPR | FRAME_HAS_CONTROL | FRAME_HAS_SEGMENTS;
	frame->cr0 = 1;
	frame->rflags = 2;
	frame->rip = 0x1000;
	frame->segment[FRAME_CS].attributes = 0xc9b;
	for (unsigned i = FRAME_ES; i <= FRAME_GS; i++)
		frame->segment[i].limit = 0xffffffff;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(machine);
	free(frame);
	free(ram);
	return 0;
}

static void add(uint64_t kind, uint64_t detail, uint64_t rax)
{
	script[step_count++] = (struct step){kind, detail, rax};
}

static uint64_t io(uint16_t port, unsigned size, unsigned flags)
{
	return EXIT_IO | (uint64_t)(port | size << 16 | flags << 24) << 32;
}

static void run(void)
{
	loop(&machine->vcpu[0]);
}

__attribute__((unused)) static void out(uint16_t port, uint8_t value)
{
	add(RUN_OUT_EXIT, io(port, 1, 0), value);
}

static void memory_exit(uint64_t gpa, unsigned bits, const uint8_t *code, size_t bytes)
{
	frame->reason = EXIT_MEMORY;
	frame->info[0] = gpa;
	frame->info[1] = bits;
	memcpy(ram + frame->rip, code, bytes);
	add(RUN_OUT_EXIT, EXIT_MEMORY, 0);
}
#define CODE(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

#endif
