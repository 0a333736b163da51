/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "abi/hypercall.h"
#include "lib/config.h"
#include "tools/rules/rules.h"
#include "tests/unit/compiler_files.h"
#include "tools/description.h"
#include "tools/image.h"

static struct compiler compiler;
static struct compiler_files files;

static void run(const char *text)
{
	compiler_free(&compiler);
	compiler = (struct compiler){.report.file = "test.xml"};
	files = (struct compiler_files){0};
	compiler_files_open(&files, &compiler);
	compile(&compiler, text, strlen(text));
}

static const struct config_header *good(const char *text)
{
	run(text);
	report_show(&compiler.report, stderr);
	assert_int_equal(compiler.report.count, 0);
	return (const void *)compiler.image->package;
}

static int teardown(void **state)
{
	(void)state;
	compiler_free(&compiler);
	compiler = (struct compiler){0};
	return 0;
}

static uint32_t subject_named(const struct config_header *config, const char *name)
{
	for (uint32_t i = 0; i < config->table[TABLE_SUBJECT].count; i++)
		if (!strcmp(config_subjects(config)[i].name, name))
			return i;
	fail_msg("no subject %s", name);
	return 0;
}

static const struct info *info_of(const struct config_header *config, uint32_t subject)
{
	const struct config_region *region = &config_regions(config)[config_subjects(config)[subject].info_region];
	return (const void *)((const uint8_t *)config + region->payload_offset);
}

static const struct info_channel *channel_of(const struct info *info, uint32_t index)
{
	assert_true(index < info->channel.count);
	return (const struct info_channel *)(const void *)((const uint8_t *)info + info->channel.offset) + index;
}

static const struct config_mapping *mapping_of(const struct config_header *config, uint32_t subject, uint64_t gpa)
{
	const struct config_span span = config_subjects(config)[subject].mapping;
	for (uint32_t i = span.first; i < span.first + span.count; i++)
		if (config_mappings(config)[i].gpa == gpa)
			return &config_mappings(config)[i];
	fail_msg("nothing is mapped there");
	return NULL;
}

#define HELLO "<system name='hello'><app name='one' image='app' memory='64K'/></system>"
#define GUEST(attributes)                                                                                            \
	"<system name='s'><board memory='8G'/><app name='one' image='app'><may subject='linux'>restart status</may>" \
	"</app><guest name='linux' initrd='initrd' " attributes "><serial console='one'/><serial heartbeat='one'/>"  \
	"</guest></system>"

static void one_line_makes_a_package_that_the_core_accepts(void **state)
{
	(void)state;
	const struct config_header *config = good(HELLO);
	struct config_problem found;
	assert_int_equal(rules_check(config, compiler.image->package_size, &found), OK);
	assert_int_equal(config_digest(config, compiler.image->package_size), OK);
	assert_int_equal(config->table[TABLE_SUBJECT].count, 1);
}

static void each_segment_has_its_own_rights_and_the_last_gets_the_rest(void **state)
{
	(void)state;
	const struct config_header *config = good(HELLO);
	const struct config_mapping *text = mapping_of(config, 0, APP_IMAGE_GPA);
	const struct config_mapping *data = mapping_of(config, 0, APP_IMAGE_GPA + 4096);
	assert_int_equal(text->rights, MAP_READ | MAP_EXECUTE);
	assert_int_equal(text->size, 4096);
	assert_int_equal(data->rights, MAP_READ | MAP_WRITE);
	assert_int_equal(data->gpa + data->size, APP_IMAGE_GPA + (64u << 10));
}

static void a_guest_has_a_layer_that_sees_its_ram_and_nothing_executable_in_it(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M'"));
	uint32_t guest = subject_named(config, "linux"), layer = subject_named(config, "linux.layer");
	assert_int_equal(config_subjects(config)[guest].mapping.count, 1);
	const struct config_mapping *ram = mapping_of(config, guest, 0);
	const struct config_mapping *seen = mapping_of(config, layer, LAYER_GUEST_GPA);
	assert_int_equal(ram->size, 64u << 20);
	assert_int_equal(seen->region, ram->region);
	assert_int_equal(seen->rights, MAP_READ | MAP_WRITE);
	assert_int_equal(config_regions(config)[ram->region].alignment, 2u << 20);
}

static void guest_ram_leaves_the_last_gigabyte_below_four_to_devices(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='4G'"));
	uint32_t guest = subject_named(config, "linux");
	assert_int_equal(mapping_of(config, guest, 0)->size, UINT64_C(3) << 30);
	assert_int_equal(mapping_of(config, guest, UINT64_C(4) << 30)->size, UINT64_C(1) << 30);
}

static void the_information_page_names_channels_roles_and_peers(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M'"));
	const struct info *app = info_of(config, subject_named(config, "one"));
	const struct info *layer = info_of(config, subject_named(config, "linux.layer"));
	assert_string_equal(channel_of(app, 0)->peer, "linux");
	assert_int_equal(channel_of(app, 0)->role, ROLE_CONSOLE);
	assert_int_equal(channel_of(app, 1)->role, ROLE_HEARTBEAT);
	assert_int_equal(channel_of(app, 1)->flags, CHANNEL_IN | CHANNEL_ONE_WAY);
	assert_int_equal(channel_of(layer, 1)->role, ROLE_SERIAL);
	assert_int_equal(channel_of(layer, 1)->role_index, 1);
	assert_int_equal(channel_of(layer, 1)->flags, CHANNEL_OUT | CHANNEL_ONE_WAY);
	assert_int_equal(layer->guest_memory, 64u << 20);
	assert_string_equal(layer->options, "console=ttyS0");
	assert_int_equal(app->subjects.count, 1);
}

static void both_ends_of_a_channel_meet_in_the_same_memory(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M'"));
	uint32_t one = subject_named(config, "one"), layer = subject_named(config, "linux.layer");
	const struct info_channel *a = channel_of(info_of(config, one), 0), *b = channel_of(info_of(config, layer), 0);
	assert_int_equal(mapping_of(config, one, a->in_gpa)->region, mapping_of(config, layer, b->out_gpa)->region);
	assert_int_equal(mapping_of(config, one, a->out_gpa)->region, mapping_of(config, layer, b->in_gpa)->region);
	assert_int_equal(mapping_of(config, one, a->in_gpa)->rights, MAP_READ);
}

static void only_those_who_read_learn_of_their_peers_restarts(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M'"));
	const struct config_subject *one = &config_subjects(config)[subject_named(config, "one")];
	const struct config_subject *layer = &config_subjects(config)[subject_named(config, "linux.layer")];
	const struct config_epoch *epochs = CONFIG_TABLE(config, config_epoch, TABLE_EPOCH);
	assert_int_equal(one->epoch.count, 2);
	assert_int_equal(layer->epoch.count, 1); /* not of the heartbeat, which is one-way */
	const struct info *info = info_of(config, subject_named(config, "one"));
	assert_int_equal(epochs[one->epoch.first].offset,
	                 (const uint8_t *)&channel_of(info, 0)->peer_epoch - (const uint8_t *)info);
	assert_int_equal(epochs[one->epoch.first].peer, subject_named(config, "linux.layer"));
}

static const struct config_cpuid *leaf_of(const struct config_header *config, uint32_t subject, uint32_t leaf)
{
	const struct config_span span = config_subjects(config)[subject].cpuid;
	for (uint32_t i = span.first; i < span.first + span.count; i++)
		if (CONFIG_TABLE(config, config_cpuid, TABLE_CPUID)[i].leaf == leaf)
			return &CONFIG_TABLE(config, config_cpuid, TABLE_CPUID)[i];
	return NULL;
}

static void a_guest_sees_kvm_x2apic_and_the_deadline_timer_but_no_svm(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M'"));
	uint32_t guest = subject_named(config, "linux");
	const struct config_cpuid *one = leaf_of(config, guest, 1);
	assert_int_equal(one->ecx & (1u << 21 | 1u << 24 | 1u << 31), 1u << 21 | 1u << 24 | 1u << 31);
	assert_int_equal((one->eax >> 8 & 0xf) + (one->eax >> 20 & 0xff), 0x17);
	assert_int_equal(one->edx >> 28 & 1, 0);
	assert_int_equal(leaf_of(config, guest, 6)->eax, 4);
	assert_memory_equal(&leaf_of(config, guest, 0x40000000)->ebx, "KVMKVMKVM\0\0\0", 12);
	assert_int_equal(leaf_of(config, guest, 0x40000001)->eax, 1u << 3 | 1u << 24);
	assert_int_equal(leaf_of(config, guest, 0x80000001)->ecx & 4, 0);
	assert_null(leaf_of(config, guest, 0xb));
}

static void an_smp_guest_sees_its_cpus_and_they_run_together(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M' cpus='2'"));
	uint32_t guest = subject_named(config, "linux");
	assert_int_equal(leaf_of(config, guest, 1)->ebx >> 16 & 0xff, 2);
	assert_int_equal(leaf_of(config, guest, 0x80000008)->ecx, 1);
	assert_non_null(leaf_of(config, guest, 0xb));
	const struct config_vcpu *second = &config_vcpus(config)[config_subjects(config)[guest].vcpu.first + 1];
	assert_int_equal(second->start, START_SIPI);
	assert_int_equal(second->cpu, 1);
	assert_int_equal(config->cpu_count, 2);
}

static bool has_msr(const struct config_header *config, uint32_t subject, uint32_t msr)
{
	const struct config_span span = config_subjects(config)[subject].msr;
	for (uint32_t i = span.first; i < span.first + span.count; i++)
		if (CONFIG_TABLE(config, config_msr, TABLE_MSR)[i].msr == msr)
			return true;
	return false;
}

static void a_guest_of_firmware_has_mtrrs_and_one_without_has_not(void **state)
{
	(void)state;
	static const uint32_t msrs[] = {0xfe, 0x200, 0x20f, 0x250, 0x26f, 0x2ff};
	const struct config_header *config = good("<system name='s'><guest name='a' memory='64M'/>"
	                                          "<guest name='b' firmware='bios' rom='rom' memory='64M'/></system>");
	uint32_t direct = subject_named(config, "a"), by_firmware = subject_named(config, "b");
	assert_int_equal(leaf_of(config, direct, 1)->edx >> 12 & 1, 0);
	assert_int_equal(leaf_of(config, by_firmware, 1)->edx >> 12 & 1, 1);
	for (unsigned i = 0; i < sizeof msrs / sizeof *msrs; i++) {
		assert_false(has_msr(config, direct, msrs[i]));
		assert_true(has_msr(config, by_firmware, msrs[i]));
	}
}

static void every_mistake_is_reported_in_the_order_of_lines(void **state)
{
	(void)state;
	run("<system name='s'>\n<app name='a' image='app' memory='1MB'/>\n<app name='b' image='app'>\n"
	    "<may>fly</may></app>\n<channel name='c' from='a' to='nobody'/></system>");
	FILE *sink = fopen("/dev/null", "w");
	report_show(&compiler.report, sink);
	fclose(sink);
	static const char *const checks[] = {"E-size-unit", "E-right-unknown", "E-channel-end-unknown"};
	static const int lines[] = {2, 4, 5};
	assert_int_equal(compiler.report.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_string_equal(compiler.report.problem[i].check, checks[i]);
		assert_int_equal(compiler.report.problem[i].line, lines[i]);
	}
}

static void a_denied_flow_is_reported_with_its_path(void **state)
{
	(void)state;
	run("<system name='s'><app name='a' image='app'/><app name='b' image='app'/><app name='c' image='app'/>"
	    "<channel name='x' from='a' to='b' kind='one-way'/><channel name='y' from='b' to='c' kind='one-way'/>"
	    "<deny from='a' to='c'/></system>");
	assert_int_equal(compiler.report.count, 1);
	assert_non_null(
	        strstr(compiler.report.problem[0].text, "a -[channel memory \"x\"]-> b -[channel memory \"y\"]-> c"));
}

static void a_one_way_channel_is_no_way_back(void **state)
{
	(void)state;
	good("<system name='s'><app name='a' image='app'/><app name='b' image='app'/>"
	     "<channel name='x' from='a' to='b' kind='one-way'/><deny from='b' to='a'/></system>");
}

static void the_expanded_form_gives_the_same_package(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M' cpus='2'"));
	size_t package_size = compiler.image->package_size, size;
	uint8_t *package = malloc(package_size);
	char *text;
	memcpy(package, config, package_size);
	FILE *stream = open_memstream(&text, &size);
	document_explain(&compiler, stream);
	fclose(stream);
	assert_memory_equal(good(text), package, package_size);
	free(text);
	free(package);
}

static void a_fault_signals_the_event_of_its_own_table(void **state)
{
	(void)state;
	const struct config_header *config =
	        good("<system name='s'><app name='a' image='app'/><guest name='g' memory='64M'>"
	             "<on-fault kind='shutdown' action='notify' event='down'/>"
	             "<on-fault kind='layer' action='notify' event='down'/></guest>"
	             "<event name='down' from='g' to='a'/></system>");
	const struct config_subject *guest = &config_subjects(config)[subject_named(config, "g")];
	const struct config_subject *layer = &config_subjects(config)[subject_named(config, "g.layer")];
	const struct config_event *events = CONFIG_TABLE(config, config_event, TABLE_EVENT);
	assert_int_equal(guest->fault[FAULT_SHUTDOWN].action, ACTION_NOTIFY);
	assert_int_equal(events[guest->event.first + guest->fault[FAULT_SHUTDOWN].event].target, 0);
	assert_int_equal(layer->fault[FAULT_MEMORY].action, ACTION_NOTIFY);
	assert_true(layer->fault[FAULT_MEMORY].event < layer->event.count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_line_makes_a_package_that_the_core_accepts),
	        cmocka_unit_test(each_segment_has_its_own_rights_and_the_last_gets_the_rest),
	        cmocka_unit_test(a_guest_has_a_layer_that_sees_its_ram_and_nothing_executable_in_it),
	        cmocka_unit_test(guest_ram_leaves_the_last_gigabyte_below_four_to_devices),
	        cmocka_unit_test(the_information_page_names_channels_roles_and_peers),
	        cmocka_unit_test(both_ends_of_a_channel_meet_in_the_same_memory),
	        cmocka_unit_test(only_those_who_read_learn_of_their_peers_restarts),
	        cmocka_unit_test(a_guest_sees_kvm_x2apic_and_the_deadline_timer_but_no_svm),
	        cmocka_unit_test(an_smp_guest_sees_its_cpus_and_they_run_together),
	        cmocka_unit_test(a_guest_of_firmware_has_mtrrs_and_one_without_has_not),
	        cmocka_unit_test(every_mistake_is_reported_in_the_order_of_lines),
	        cmocka_unit_test(a_denied_flow_is_reported_with_its_path),
	        cmocka_unit_test(a_one_way_channel_is_no_way_back),
	        cmocka_unit_test(the_expanded_form_gives_the_same_package),
	        cmocka_unit_test(a_fault_signals_the_event_of_its_own_table),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
