/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "lib/config.h"
#include "tests/unit/inspect_sample.h"
#include "tools/command.h"
#include "tools/inspect/package.h"
#include "tools/inspect/platform.h"
#include "tools/inspect/report.h"

struct fixture {
	uint8_t *package;
	struct model model;
};

static struct config_header *header(const struct fixture *fixture)
{
	return (struct config_header *)(void *)fixture->package;
}

static struct config_subject *subjects(const struct fixture *fixture)
{
	return (struct config_subject *)(void *)(fixture->package + header(fixture)->table[TABLE_SUBJECT].offset);
}

static void build_on(struct fixture *fixture, uint64_t bytes)
{
	struct platform platform;
	char problem[PACKAGE_PROBLEM];
	platform_q35(&platform, bytes);
	sample_digest(fixture->package);
	if (!package_check(fixture->package, SAMPLE_PACKAGE, problem))
		fail_msg("%s", problem);
	model_build(&fixture->model, fixture->package, SAMPLE_PACKAGE, &platform);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	fixture->package = sample_package();
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	model_free(&fixture->model);
	free(fixture->package);
	free(fixture);
	return 0;
}

static char *printed(const struct fixture *fixture, void (*report)(const struct model *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	report(&fixture->model, file);
	fclose(file);
	return text;
}

static void the_sample_is_sound(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 256u << 20);
	assert_true(fixture->model.placed);
	assert_true(report_sound(&fixture->model));
}

static void every_byte_of_ram_is_in_exactly_one_extent(void **state)
{
	struct fixture *fixture = *state;
	const struct model *model = &fixture->model;
	uint64_t in_ram = 0, stated = 0;
	build_on(fixture, 256u << 20);
	for (size_t i = 0; i < model->extent_count; i++)
		if (model->extents[i].kind != EXTENT_DEVICE)
			in_ram += model->extents[i].size;
	for (uint32_t i = 0; i < model->platform.memory_count; i++)
		stated += model->platform.memory[i].size;
	assert_int_equal(in_ram, stated);
	assert_string_equal(model->overlap, "");
}

static void a_target_that_is_too_small_is_named_with_what_is_missing(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 64u << 20);
	assert_false(fixture->model.placed);
	assert_non_null(strstr(fixture->model.placement_problem, "linux-a.ram"));
	assert_false(report_sound(&fixture->model));
	char *text = printed(fixture, report_text);
	assert_non_null(strstr(text, "NOT PLACED"));
	free(text);
}

static bool has_flow(const struct model *model, uint32_t from, uint32_t to, enum flow_kind kind)
{
	return model->flow_direct[from][to] >> kind & 1;
}

static void shared_memory_flows_from_writer_to_reader_only(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 256u << 20);
	assert_true(has_flow(&fixture->model, LAYER_A, GUARD, FLOW_MEMORY));
	assert_false(has_flow(&fixture->model, GUARD, LAYER_A, FLOW_MEMORY));
	assert_true(has_flow(&fixture->model, GUARD, LAYER_B, FLOW_MEMORY));
	assert_false(has_flow(&fixture->model, LAYER_B, GUARD, FLOW_MEMORY));
}

static void a_file_that_all_may_read_is_no_flow(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 256u << 20);
	assert_int_equal(fixture->model.flow_direct[LAYER_A][LAYER_B] & 1u << FLOW_MEMORY, 0);
	assert_int_equal(fixture->model.flow_direct[LAYER_B][LAYER_A] & 1u << FLOW_MEMORY, 0);
}

static void each_kind_of_flow_is_found(void **state)
{
	struct fixture *fixture = *state;
	const struct model *model = &fixture->model;
	build_on(fixture, 256u << 20);
	assert_true(has_flow(model, GUARD, LAYER_B, FLOW_EVENT));
	assert_true(has_flow(model, LINUX_A, LAYER_A, FLOW_PARTNER));
	assert_true(has_flow(model, HEALTH, LINUX_B, FLOW_CONTROL));
	assert_true(has_flow(model, HEALTH, LAYER_B, FLOW_CONTROL)); /* its restart unit */
	assert_true(has_flow(model, LINUX_B, CONSOLE, FLOW_STATUS));
	assert_true(has_flow(model, LINUX_A, GUARD, FLOW_EPOCH));
	assert_true(has_flow(model, CONSOLE, HEALTH, FLOW_SCHEDULE));
	assert_true(has_flow(model, CONSOLE, HEALTH, FLOW_MACHINE));
	assert_true(has_flow(model, LAYER_A, CONSOLE, FLOW_TIME)); /* background of the group */
	assert_false(has_flow(model, LAYER_B, CONSOLE, FLOW_TIME));
}

static void a_path_through_others_is_found(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 256u << 20);
	assert_int_equal(fixture->model.flow_direct[LINUX_A][LINUX_B], 0);
	assert_int_not_equal(fixture->model.flow_next[LINUX_A][LINUX_B], LINUX_A);
	assert_int_equal(fixture->model.flow_next[LINUX_A][HEALTH], LINUX_A); /* nobody reaches it but by time */
}

static void shares_are_those_of_the_plan(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 256u << 20);
	assert_int_equal(share_of_subject(fixture->model.config, 0, LINUX_A).us, 6600);
	assert_int_equal(share_of_subject(fixture->model.config, 0, LAYER_A).us, 6600);
	assert_int_equal(share_of_subject(fixture->model.config, 4, LINUX_B).us, 6600);
	assert_int_equal(share_of_subject(fixture->model.config, 1, LINUX_B).us, 0);
	assert_int_equal(share_of_group(fixture->model.config, 1, CONFIG_NONE).us, 2500);
}

static void the_proof_counts_the_pages_of_the_mappings(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 256u << 20);
	assert_int_equal(fixture->model.proof[LINUX_A].pages, 16384);
	assert_int_equal(fixture->model.proof[LINUX_A].leaves, 32);
	assert_int_equal(fixture->model.proof[HEALTH].pages, 257);
}

/* The walker compares with the placement: one that differs by a page from that of the builder must show. */
static void the_proof_finds_a_page_that_lies_elsewhere(void **state)
{
	struct fixture *fixture = *state;
	struct model *model = &fixture->model;
	build_on(fixture, 256u << 20);
	model->platform.package += 4096; /* files are looked for a page further than they were placed */
	model_prove(model);
	assert_int_equal(model->proof[LAYER_A].state, PROOF_WRONG);
	assert_non_null(strstr(model->proof[LAYER_A].why, "0x11100000"));
	assert_int_equal(model->proof[HEALTH].state, PROOF_EQUAL);
}

static void names_cannot_become_markup_or_break_json(void **state)
{
	struct fixture *fixture = *state;
	memcpy(subjects(fixture)[HEALTH].name, "<b>\"&'\\\x1b[2J", 12);
	build_on(fixture, 256u << 20);
	char *html = printed(fixture, report_html), *json = printed(fixture, report_json);
	char *text = printed(fixture, report_text);
	assert_null(strstr(html, "<b>\""));
	assert_non_null(strstr(html, "&lt;b&gt;&quot;&amp;&#39;\\?[2J"));
	assert_non_null(strstr(json, "<b>\\\"&'\\\\?[2J"));
	assert_null(strchr(text, 0x1b));
	free(html);
	free(json);
	free(text);
}

static void what_is_asked_of_a_processor_is_in_every_form(void **state)
{
	struct fixture *fixture = *state;
	unsigned required = 0;
	build_on(fixture, 256u << 20);
	char *html = printed(fixture, report_html), *json = printed(fixture, report_json);
	char *text = printed(fixture, report_text);
	for (size_t i = 0; i < report_capability_count; i++) {
		const struct report_capability *capability = &report_capability[i];
		required += !capability->lost;
		assert_non_null(strstr(html, capability->name));
		assert_non_null(strstr(json, capability->name));
		assert_non_null(strstr(text, capability->name));
		if (capability->lost)
			assert_non_null(strstr(text, capability->lost));
	}
	assert_in_range(required, 10, report_capability_count - 5);
	assert_non_null(strstr(json, "\"feature\": \"EPT\", \"required\": true, \"lost\": null}"));
	assert_non_null(strstr(json, "\"feature\": \"TPR shadow\", \"required\": false, \"lost\": \"each access"));
	free(html);
	free(json);
	free(text);
}

static void the_cpu_that_a_subject_sees_is_in_every_form_for_both_vendors(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 256u << 20);
	char *html = printed(fixture, report_html), *json = printed(fixture, report_json);
	char *text = printed(fixture, report_text);
	assert_non_null(strstr(text, "linux-a                  AMD-V      AuthenticAMD   0x19   0x21        2\n"));
	assert_non_null(strstr(text, "linux-a                  Intel VT-x GenuineIntel    0x6   0x3c        3\n"));
	assert_null(strstr(text, "health                   AMD-V"));
	assert_non_null(strstr(html,
	                       "<div>AMD-V: AuthenticAMD, family 0x19, model 0x21, stepping 2</div><div>Intel VT-x: "
	                       "GenuineIntel, family 0x6, model 0x3c, stepping 3</div></td></tr>"));
	assert_non_null(strstr(json,
	                       "\"sees_cpu\": [{\"host\": \"AMD-V\", \"vendor\": \"AuthenticAMD\", \"family\": 25, "
	                       "\"model\": 33, \"stepping\": 2}, {\"host\": \"Intel VT-x\", \"vendor\": "
	                       "\"GenuineIntel\", \"family\": 6, \"model\": 60, \"stepping\": 3}]"));
	free(html);
	free(json);
	free(text);
}

static void the_page_needs_no_other_resource(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 256u << 20);
	char *html = printed(fixture, report_html);
	assert_null(strstr(html, "http"));
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "<link"));
	assert_null(strstr(html, "nan"));
	assert_non_null(strstr(html, "</html>"));
	free(html);
}

static void the_same_package_gives_the_same_report(void **state)
{
	struct fixture *fixture = *state;
	build_on(fixture, 256u << 20);
	char *first = printed(fixture, report_html);
	model_free(&fixture->model);
	build_on(fixture, 256u << 20);
	char *second = printed(fixture, report_html);
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void a_changed_payload_is_seen_by_the_digest(void **state)
{
	struct fixture *fixture = *state;
	struct platform platform;
	platform_q35(&platform, 256u << 20);
	fixture->package[SAMPLE_PACKAGE - 1] ^= 1;
	model_build(&fixture->model, fixture->package, SAMPLE_PACKAGE, &platform);
	assert_false(fixture->model.digest_good);
	assert_false(report_sound(&fixture->model));
	char *text = printed(fixture, report_text);
	assert_non_null(strstr(text, "DOES NOT MATCH"));
	free(text);
}

static void a_corrupt_image_is_refused_with_what_and_where(void **state)
{
	struct fixture *fixture = *state;
	char problem[PACKAGE_PROBLEM];
	assert_false(package_check(fixture->package, 16, problem));
	assert_non_null(strstr(problem, "too few"));
	subjects(fixture)[GUARD].kind = 99;
	assert_false(package_check(fixture->package, SAMPLE_PACKAGE, problem));
	assert_non_null(strstr(problem, "kind of a subject"));
	assert_non_null(strstr(problem, "record 5 of table 'subject' (line 8 of the description)"));
	fixture->package[0] = 0;
	assert_false(package_check(fixture->package, SAMPLE_PACKAGE, problem));
	assert_non_null(strstr(problem, "not a Bulkhead package"));
}

static void the_command_returns_1_for_a_bad_image_and_2_for_misuse(void **state)
{
	struct fixture *fixture = *state;
	char path[] = "/tmp/inspect_test.XXXXXX";
	int file = mkstemp(path);
	assert_int_equal(write(file, fixture->package, SAMPLE_PACKAGE), SAMPLE_PACKAGE);
	char *good[] = {"inspect", path, "--prove", "--memory", "256M", NULL};
	assert_int_equal(command_inspect(5, good), 0);
	char *html[] = {"inspect", path, "--html", "/dev/null", NULL};
	assert_int_equal(command_inspect(4, html), 0);
	char *misuse[] = {"inspect", path, "--json", "--prove", NULL};
	assert_int_equal(command_inspect(4, misuse), 2);
	assert_int_equal(ftruncate(file, 1000), 0);
	assert_int_equal(command_inspect(5, good), 1);
	assert_int_equal(close(file), 0);
	unlink(path);
	assert_int_equal(command_inspect(5, good), 1);
}

static void a_map_of_proc_iomem_is_read(void **state)
{
	(void)state;
	struct platform platform;
	unsigned line;
	assert_true(platform_parse(&platform,
	                           "00000000-00000fff : Reserved\n00001000-0009fbff : System RAM\n"
	                           "00100000-3ffdffff : System RAM\n  01000000-01ffffff : Kernel code\n"
	                           "# ours\n02000000-02ffffff : Package\nfed00000-fed003ff : HPET 0\n",
	                           &line));
	assert_int_equal(platform.memory_count, 2);
	assert_int_equal(platform.memory[0].base, 0x1000);
	assert_int_equal(platform.memory[0].size, 0x9e000); /* the broken last page is left out */
	assert_int_equal(platform.package, 0x2000000);
	assert_int_equal(platform.reserved_count, 3); /* first MiB, page 0, HPET */
	assert_false(platform_parse(&platform, "00000000-00000fff : System RAM\nnonsense\n", &line));
	assert_int_equal(line, 2);
	assert_false(platform_parse(&platform, "", &line));
	assert_int_equal(line, 0);
}

static void sizes_are_parsed_with_units(void **state)
{
	(void)state;
	assert_int_equal(platform_size("64M"), 64u << 20);
	assert_int_equal(platform_size("2G"), UINT64_C(2) << 30);
	assert_int_equal(platform_size("4096"), 4096);
	assert_int_equal(platform_size("1X"), 0);
	assert_int_equal(platform_size("-1"), 0);
	assert_int_equal(platform_size("99999999999999T"), 0);
}

static void figures_are_printed_without_a_locale(void **state)
{
	(void)state;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct page page = {.file = file, .kind = PAGE_TEXT};
	page_print(&page, "%f %f %f|%z|%5u|%-5u|%x|%.*s|%%", 12.5, 3.0, -0.004, UINT64_C(1536), 7u, 7u, UINT64_C(255),
	           2u, "abc");
	fclose(file);
	assert_string_equal(text, "12.5 3 0|1.5 KiB|    7|7    |0xff|ab|%");
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(the_sample_is_sound),
	        TEST(every_byte_of_ram_is_in_exactly_one_extent),
	        TEST(a_target_that_is_too_small_is_named_with_what_is_missing),
	        TEST(shared_memory_flows_from_writer_to_reader_only),
	        TEST(a_file_that_all_may_read_is_no_flow),
	        TEST(each_kind_of_flow_is_found),
	        TEST(a_path_through_others_is_found),
	        TEST(shares_are_those_of_the_plan),
	        TEST(the_proof_counts_the_pages_of_the_mappings),
	        TEST(the_proof_finds_a_page_that_lies_elsewhere),
	        TEST(names_cannot_become_markup_or_break_json),
	        TEST(what_is_asked_of_a_processor_is_in_every_form),
	        TEST(the_cpu_that_a_subject_sees_is_in_every_form_for_both_vendors),
	        TEST(the_page_needs_no_other_resource),
	        TEST(the_same_package_gives_the_same_report),
	        TEST(a_changed_payload_is_seen_by_the_digest),
	        TEST(a_corrupt_image_is_refused_with_what_and_where),
	        TEST(the_command_returns_1_for_a_bad_image_and_2_for_misuse),
	        cmocka_unit_test(a_map_of_proc_iomem_is_read),
	        cmocka_unit_test(sizes_are_parsed_with_units),
	        cmocka_unit_test(figures_are_printed_without_a_locale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
