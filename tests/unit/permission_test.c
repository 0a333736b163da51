/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "arch/x86_64/amd/vmcb.h"
#include "arch/x86_64/intel/vmcs.h"
#include "start/x86_64/vendor.h"
#include "tests/unit/sample.h"

/* The hardware's maps say what the description grants, bit for bit, and nothing else. */
static uint8_t pages[6 * 4096];

static bool port_is_granted(const struct sample *s, uint32_t subject, uint32_t port)
{
	const struct config_span span = s->subject[subject].port;

	for (uint32_t i = span.first; i < span.first + span.count; i++)
		if (port >= s->port[i].base && port < (uint32_t)s->port[i].base + s->port[i].count)
			return true;
	return false;
}

static struct sample *sample_with_edges(void)
{
	struct sample *s = sample_new();

	assert_true(s->subject[SAMPLE_APP].port.count > 0);
	s->port[s->subject[SAMPLE_APP].port.first] = (struct config_port){.base = 0xfff0, .count = 16};
	return s;
}

static void exactly_the_ports_of_the_description_do_not_exit(void **state)
{
	(void)state;
	struct sample *s = sample_with_edges();
	for (unsigned vendor = 0; vendor < 2; vendor++)
		for (uint32_t subject = 0; subject < SAMPLE_SUBJECTS; subject++) {
			if (vendor)
				permission_intel(&s->header, subject, 0, pages);
			else
				permission_amd(&s->header, subject, pages);
			for (uint32_t port = 0; port < 0x10000; port++)
				assert_int_equal(pages[port / 8] >> port % 8 & 1, !port_is_granted(s, subject, port));
		}
	/* APM 2 15.10.1: an access of four bytes at the last port looks at three bits more */
	permission_amd(&s->header, SAMPLE_APP, pages);
	assert_int_equal(pages[0x2000] & 7, 7);
	free(s);
}

static bool is_one_of(uint32_t msr, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == msr)
			return true;
	return false;
}

/* SYSENTER, FS and GS bases, STAR to SFMASK, KERNEL_GS_BASE: each vCPU has its own by VMLOAD and VMSAVE. */
static void exactly_what_an_entry_switches_is_open_on_amd(void **state)
{
	(void)state;
	static const uint32_t open[] = {0x174,      0x175,      0x176,      0xc0000081, 0xc0000082,
	                                0xc0000083, 0xc0000084, 0xc0000100, 0xc0000101, 0xc0000102};
	struct sample *s = sample_new();
	permission_amd(&s->header, SAMPLE_GUEST, pages);
	for (uint32_t i = 0; i < 0x2000; i++)
		for (unsigned range = 0; range < 3; range++) {
			const uint32_t msr = i + (range == 1 ? 0xc0000000u : range == 2 ? 0xc0010000u : 0);
			const unsigned bits = pages[PERMISSION_MSRPM + range * 0x800 + i / 4] >> i % 4 * 2 & 3;
			assert_int_equal(bits, is_one_of(msr, open, 10) ? 0 : 3);
		}
	free(s);
}

/* What is switched between restart units alone is closed to a layer, which shares it with its guest. */
static void exactly_what_is_switched_is_open_on_intel(void **state)
{
	(void)state;
	static const uint32_t in_vmcs[] = {0x174, 0x175, 0x176, 0xc0000100, 0xc0000101};
	static const uint32_t between[] = {0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000102};
	struct sample *s = sample_new();
	for (uint32_t subject = 0; subject < SAMPLE_SUBJECTS; subject++) {
		permission_intel(&s->header, subject, 0, pages);
		assert_memory_equal(pages + PERMISSION_MSR, pages + PERMISSION_ASSISTED, 4096);
		for (uint32_t i = 0; i < 0x4000; i++) { /* reads of both ranges, then writes */
			const uint32_t msr = (i & 0x1fff) + (i & 0x2000 ? 0xc0000000u : 0);
			const bool open =
			        is_one_of(msr, in_vmcs, 5) || (subject != SAMPLE_LAYER && is_one_of(msr, between, 5));
			assert_int_equal(pages[PERMISSION_MSR + i / 8] >> i % 8 & 1, !open);
			assert_int_equal(pages[PERMISSION_MSR + 0x800 + i / 8] >> i % 8 & 1, !open);
		}
	}
	free(s);
}

static void what_the_processor_answers_is_open_in_the_second_map_alone(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	permission_intel(&s->header, SAMPLE_GUEST, SECONDARY_X2APIC, pages);
	for (uint32_t msr = 0; msr < 0x2000; msr++) {
		const unsigned bit = pages[PERMISSION_MSR + msr / 8] >> msr % 8 & 1;
		assert_int_equal(pages[PERMISSION_ASSISTED + msr / 8] >> msr % 8 & 1, msr == 0x808 ? 0 : bit);
	}
	assert_int_equal(pages[PERMISSION_MSR + 0x808 / 8] >> 0x808 % 8 & 1, 1);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(exactly_the_ports_of_the_description_do_not_exit),
	        cmocka_unit_test(exactly_what_an_entry_switches_is_open_on_amd),
	        cmocka_unit_test(exactly_what_is_switched_is_open_on_intel),
	        cmocka_unit_test(what_the_processor_answers_is_open_in_the_second_map_alone),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
