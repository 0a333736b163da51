/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "abi/hypercall.h"
#include "abi/info.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/msr.h"
#include "lib/config.h"
#include "lib/tables.h"
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

static void a_guest_with_firmware_cannot_write_the_shadows_of_rom_and_its_layer_can(void **state)
{
	(void)state;
	const struct config_header *config =
	        good("<system name='s'><guest name='pc' firmware='bios' rom='rom' memory='64M'/></system>");
	uint32_t guest = subject_named(config, "pc");
	static const uint64_t shadow[] = {GUEST_SHADOW_VIDEO, GUEST_SHADOW_BIOS};
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(mapping_of(config, guest, shadow[i])->rights, MAP_READ | MAP_EXECUTE);
		assert_int_equal(
		        mapping_of(config, config_subjects(config)[guest].partner, LAYER_GUEST_GPA + shadow[i])->rights,
		        MAP_READ | MAP_WRITE);
	}
	config = good(GUEST("memory='64M'"));
	assert_int_equal(mapping_of(config, subject_named(config, "linux"), 0)->size, 64u << 20);
}

static void pages_of_a_gib_align_what_has_room_for_one(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='3584M' pages='1G'"));
	uint32_t guest = subject_named(config, "linux");
	const struct config_mapping *low = mapping_of(config, guest, 0);
	const struct config_mapping *high = mapping_of(config, guest, UINT64_C(4) << 30);
	assert_int_equal(config_regions(config)[low->region].alignment, 1u << 30);
	assert_int_equal(config_regions(config)[high->region].alignment, 2u << 20);
	config = good(GUEST("memory='4608M' pages='1G'"));
	guest = subject_named(config, "linux");
	high = mapping_of(config, guest, UINT64_C(4) << 30);
	assert_int_equal(config_regions(config)[high->region].alignment, 1u << 30);
	/* a page for each of the four GiB, in the guest's tables and in its layer's view: a table less each */
	for (unsigned i = 0; i < 2; i++, guest = config_subjects(config)[guest].partner)
		assert_int_equal(
		        tables_count(config, guest, TABLES_LEAF_2M) - tables_count(config, guest, TABLES_LEAF_1G), 4);
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

static const struct config_cpuid *leaf_of(const struct config_header *config, uint32_t subject, uint32_t leaf,
                                          enum cpu_vendor vendor)
{
	const struct config_span span = config_subjects(config)[subject].cpuid;
	const struct config_cpuid *row = CONFIG_TABLE(config, config_cpuid, TABLE_CPUID) + span.first;
	row += vendor * (span.count / 2);
	for (uint32_t i = 0; i < span.count / 2; i++)
		if (row[i].leaf == leaf)
			return &row[i];
	return NULL;
}

static void a_guest_sees_kvm_x2apic_and_the_deadline_timer_but_no_svm_and_no_vmx(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M'"));
	uint32_t guest = subject_named(config, "linux");
	for (enum cpu_vendor vendor = VENDOR_AMD; vendor <= VENDOR_INTEL; vendor++) {
		const struct config_cpuid *one = leaf_of(config, guest, 1, vendor);
		assert_int_equal(one->ecx & (1u << 21 | 1u << 24 | 1u << 31), 1u << 21 | 1u << 24 | 1u << 31);
		assert_int_equal(one->ecx & 1u << 5, 0);
		assert_int_equal(one->edx >> 28 & 1, 0);
		assert_int_equal(leaf_of(config, guest, 6, vendor)->eax, 4);
		assert_memory_equal(&leaf_of(config, guest, 0x40000000, vendor)->ebx, "KVMKVMKVM\0\0\0", 12);
		assert_int_equal(leaf_of(config, guest, 0x40000001, vendor)->eax, 1u << 3 | 1u << 24);
		assert_int_equal(leaf_of(config, guest, 0x80000001, vendor)->ecx & 4, 0);
		assert_null(leaf_of(config, guest, 0xb, vendor));
	}
}

static void assert_vendor(const struct config_cpuid *leaf, const char *name)
{
	char text[12];
	memcpy(text, &leaf->ebx, 4);
	memcpy(text + 4, &leaf->edx, 4);
	memcpy(text + 8, &leaf->ecx, 4);
	assert_memory_equal(text, name, 12);
}

static void guest_application_and_layer_see_a_cpu_of_the_vendor_they_run_on(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M'"));
	for (uint32_t subject = 0; subject < config->table[TABLE_SUBJECT].count; subject++) {
		assert_vendor(leaf_of(config, subject, 0, VENDOR_AMD), "AuthenticAMD");
		assert_vendor(leaf_of(config, subject, 0x80000000, VENDOR_AMD), "AuthenticAMD");
		assert_vendor(leaf_of(config, subject, 0, VENDOR_INTEL), "GenuineIntel");
		assert_vendor(leaf_of(config, subject, 0x80000000, VENDOR_INTEL), "\0\0\0\0\0\0\0\0\0\0\0\0");
		const uint32_t amd = leaf_of(config, subject, 1, VENDOR_AMD)->eax;
		assert_int_equal((amd >> 8 & 0xf) + (amd >> 20 & 0xff), 0x17);
		assert_int_equal(amd, leaf_of(config, subject, 0x80000001, VENDOR_AMD)->eax);
		assert_int_equal(leaf_of(config, subject, 1, VENDOR_INTEL)->eax, 0x306c3);
	}
}

static void the_level_and_what_is_added_are_the_same_of_both_vendors(void **state)
{
	(void)state;
	const struct config_header *config =
	        good(GUEST("memory='64M' cpus='2' level='x86-64-v3' features='rdrand aes pdpe1gb smep'"));
	uint32_t guest = subject_named(config, "linux");
	const struct config_span span = config_subjects(config)[guest].cpuid;
	const struct config_cpuid *amd = CONFIG_TABLE(config, config_cpuid, TABLE_CPUID) + span.first;
	const struct config_cpuid *intel = amd + span.count / 2;
	const struct config_feature *feature = CONFIG_TABLE(config, config_feature, TABLE_FEATURE);
	assert_int_equal(span.count % 2, 0);
	for (uint32_t i = 0; i < span.count / 2; i++)
		assert_memory_equal(&amd[i], &intel[i], offsetof(struct config_cpuid, eax));
	for (uint32_t i = 0; i < config->table[TABLE_FEATURE].count; i++) {
		if (feature[i].subject != guest)
			continue;
		const uint32_t *of_amd = &leaf_of(config, guest, feature[i].leaf, VENDOR_AMD)->eax;
		const uint32_t *of_intel = &leaf_of(config, guest, feature[i].leaf, VENDOR_INTEL)->eax;
		assert_int_equal(of_amd[feature[i].reg] & feature[i].mask, feature[i].mask);
		assert_int_equal(of_intel[feature[i].reg] & feature[i].mask, feature[i].mask);
	}
}

static void an_intel_cpu_has_no_bit_that_only_amd_defines(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M' cpus='2' level='x86-64-v3' features='pdpe1gb'"));
	uint32_t guest = subject_named(config, "linux");
	const struct config_cpuid *one = leaf_of(config, guest, 0x80000001, VENDOR_INTEL);
	const struct config_cpuid *cache = leaf_of(config, guest, 0x80000006, VENDOR_INTEL);
	const struct config_cpuid *sizes = leaf_of(config, guest, 0x80000008, VENDOR_INTEL);
	/* SDM 2A CPUID: LAHF and LZCNT; SYSCALL, NX, pages of 1 GiB, 64-bit mode */
	assert_int_equal(one->eax | one->ebx, 0);
	assert_int_equal(one->ecx, 1u | 1u << 5);
	assert_int_equal(one->edx, 1u << 11 | 1u << 20 | 1u << 26 | 1u << 29);
	const struct config_cpuid *first = leaf_of(config, guest, 0x80000005, VENDOR_INTEL);
	assert_int_equal(first->eax | first->ebx | first->ecx | first->edx, 0);
	assert_int_equal(cache->eax | cache->ebx | cache->edx | (cache->ecx & 0xf00), 0);
	assert_int_equal(sizes->eax, 40 | 48u << 8);
	assert_int_equal(sizes->ebx | sizes->ecx | sizes->edx, 0);
}

/* Bytes of a cache of leaf 4, as SDM 2A CPUID has it; 0: there is none. */
static uint32_t cache_bytes(const struct config_header *config, uint32_t subject, enum cpu_vendor vendor,
                            uint32_t subleaf)
{
	const struct config_span span = config_subjects(config)[subject].cpuid;
	const struct config_cpuid *table = CONFIG_TABLE(config, config_cpuid, TABLE_CPUID) + span.first;
	const struct cpuid_facts facts = {.hypervisor = 0};
	uint32_t r[4];
	cpuid_answer(table + vendor * (span.count / 2), span.count / 2, &facts, 4, subleaf, r);
	if (!(r[CPUID_EAX] & 0x1f))
		return 0;
	return ((r[CPUID_EBX] >> 22) + 1) * ((r[CPUID_EBX] >> 12 & 0x3ff) + 1) * ((r[CPUID_EBX] & 0xfff) + 1) *
	       (r[CPUID_ECX] + 1);
}

static void an_intel_cpu_lists_its_caches_and_an_amd_one_has_no_such_leaf(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M' cpus='3'"));
	uint32_t guest = subject_named(config, "linux");
	assert_int_equal(leaf_of(config, guest, 2, VENDOR_INTEL)->eax, 0xff01);
	assert_int_equal(leaf_of(config, guest, 2, VENDOR_AMD)->eax, 0);
	assert_int_equal(leaf_of(config, guest, 4, VENDOR_INTEL)->eax >> 26, 3); /* ids 0 to 3 */
	assert_int_equal(cache_bytes(config, guest, VENDOR_INTEL, 0), 32 << 10);
	assert_int_equal(cache_bytes(config, guest, VENDOR_INTEL, 1), 32 << 10);
	assert_int_equal(cache_bytes(config, guest, VENDOR_INTEL, 2), 512 << 10);
	assert_int_equal(cache_bytes(config, guest, VENDOR_INTEL, 3), 0);
	assert_int_equal(cache_bytes(config, guest, VENDOR_AMD, 0), 0);
}

static void an_smp_guest_sees_its_cpus_and_they_run_together(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M' cpus='2'"));
	uint32_t guest = subject_named(config, "linux");
	assert_int_equal(leaf_of(config, guest, 1, VENDOR_AMD)->ebx >> 16 & 0xff, 2);
	assert_int_equal(leaf_of(config, guest, 1, VENDOR_INTEL)->ebx >> 16 & 0xff, 2);
	assert_int_equal(leaf_of(config, guest, 0x80000008, VENDOR_AMD)->ecx, 1);
	assert_non_null(leaf_of(config, guest, 0xb, VENDOR_AMD));
	assert_non_null(leaf_of(config, guest, 0xb, VENDOR_INTEL));
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
	assert_int_equal(leaf_of(config, direct, 1, VENDOR_AMD)->edx >> 12 & 1, 0);
	assert_int_equal(leaf_of(config, by_firmware, 1, VENDOR_AMD)->edx >> 12 & 1, 1);
	assert_int_equal(leaf_of(config, direct, 1, VENDOR_INTEL)->edx >> 12 & 1, 0);
	assert_int_equal(leaf_of(config, by_firmware, 1, VENDOR_INTEL)->edx >> 12 & 1, 1);
	for (unsigned i = 0; i < sizeof msrs / sizeof *msrs; i++) {
		assert_false(has_msr(config, direct, msrs[i]));
		assert_true(has_msr(config, by_firmware, msrs[i]));
	}
}

/* Linux reads these before it has a handler for the fault, or without one, where CPUID says Intel; so does OVMF. */
static void the_msrs_that_a_kernel_takes_for_granted_on_intel_are_answered(void **state)
{
	(void)state;
	const struct config_header *config = good(GUEST("memory='64M'"));
	const struct config_span span = config_subjects(config)[subject_named(config, "linux")].msr;
	const struct config_msr *table = CONFIG_TABLE(config, config_msr, TABLE_MSR) + span.first;
	static const uint32_t msrs[] = {0x17, 0x3a, 0x8b, 0xce, 0x1a0};
	uint64_t value = 0, stores[MSR_STORES] = {0};
	for (unsigned i = 0; i < sizeof msrs / sizeof *msrs; i++)
		assert_int_equal(msr_read(table, span.count, stores, msrs[i], &value), MSR_DONE);
	assert_int_equal(value & (1u | UINT64_C(1) << 34), 1); /* fast strings, no-execute not disabled */
	assert_int_equal(msr_write(table, span.count, stores, 0x8b, 0), MSR_DONE);
	assert_int_equal(msr_write(table, span.count, stores, 0x1a0, 0), MSR_DONE);
	assert_int_equal(msr_write(table, span.count, stores, 0x3a, 5), MSR_REFUSED);
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
	        cmocka_unit_test(a_guest_with_firmware_cannot_write_the_shadows_of_rom_and_its_layer_can),
	        cmocka_unit_test(pages_of_a_gib_align_what_has_room_for_one),
	        cmocka_unit_test(guest_ram_leaves_the_last_gigabyte_below_four_to_devices),
	        cmocka_unit_test(the_information_page_names_channels_roles_and_peers),
	        cmocka_unit_test(both_ends_of_a_channel_meet_in_the_same_memory),
	        cmocka_unit_test(only_those_who_read_learn_of_their_peers_restarts),
	        cmocka_unit_test(a_guest_sees_kvm_x2apic_and_the_deadline_timer_but_no_svm_and_no_vmx),
	        cmocka_unit_test(guest_application_and_layer_see_a_cpu_of_the_vendor_they_run_on),
	        cmocka_unit_test(the_level_and_what_is_added_are_the_same_of_both_vendors),
	        cmocka_unit_test(an_intel_cpu_has_no_bit_that_only_amd_defines),
	        cmocka_unit_test(an_intel_cpu_lists_its_caches_and_an_amd_one_has_no_such_leaf),
	        cmocka_unit_test(the_msrs_that_a_kernel_takes_for_granted_on_intel_are_answered),
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
