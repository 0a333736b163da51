/* SPDX-License-Identifier: ISC */
#include "tests/unit/console_help.h"
#include "abi/config.h"
#include "abi/hypercall.h"
#include "apps/console/console_app.h"
#include "sdk/clock.h"
#include "sdk/event.h"
#include "sdk/mock/mock.h"

/* A system of two guests with their layers, a health monitor, three schedules; statistics of the test's making. */
enum { LINUX_A = 1, LAYER_A = 2, LINUX_B = 3, LAYER_B = 4, HEALTH = 5 };
static struct console_app app;
static struct terminal terminal;
static struct stats stats;
static struct channel linux_a, linux_b, health;

static void add_subject(const char *name, uint32_t id, uint32_t kind, uint32_t partner)
{
	struct info_subject *subject;

	mock_add_subject(name, id, ~UINT64_C(0));
	subject = mock_subject(id);
	subject->kind = kind;
	subject->partner = partner;
	subject->cpu_mask = 1;
	subject->vcpu_first = id;
	subject->vcpu_count = 1;
	subject->memory = kind == KIND_GUEST ? 256 << 20 : 512 << 10;
	stats.subject[id].state = SUBJECT_RUNNING;
}

static void add_console(const char *name, const char *peer, uint32_t index, struct channel *far)
{
	const struct mock_channel channel = {.name = name,
	                                     .peer = peer,
	                                     .in_bytes = 16384,
	                                     .out_bytes = 4096,
	                                     .role = ROLE_CONSOLE,
	                                     .role_index = index};

	mock_add_channel(&channel, far);
}

static void step(void)
{
	for (unsigned i = 0; i < 100; i++) {
		bool more = console_app_step(&app);
		terminal_show(&terminal, &app.output);
		if (!more)
			return;
	}
	fail_msg("the console never comes to rest");
}

static void type(const char *keys)
{
	console_app_type(&app, keys, strlen(keys));
	step();
}

static void command(const char *line)
{
	terminal.length = 0;
	terminal.text[0] = 0;
	type(line);
	type("\r");
}

static int boot(void **state)
{
	(void)state;
	mock_reset();
	mock_name("console", "demo");
	memset(&app, 0, sizeof(app));
	memset(&stats, 0, sizeof(stats));
	terminal_clear(&terminal);
	add_subject("linux-a", LINUX_A, KIND_GUEST, LAYER_A);
	add_subject("linux-a.layer", LAYER_A, KIND_LAYER, LINUX_A);
	add_subject("linux-b", LINUX_B, KIND_GUEST, LAYER_B);
	add_subject("linux-b.layer", LAYER_B, KIND_LAYER, LINUX_B);
	add_subject("health", HEALTH, KIND_APP, ~0u);
	mock_add_schedule("a", 10000);
	mock_add_schedule("b", 10000);
	mock_add_schedule("c", 10000);
	mock_add_share(0, LINUX_A, 10000, 6600);
	mock_add_share(0, LINUX_B, 10000, 2200);
	mock_add_share(1, LINUX_A, 10000, 4400);
	mock_add_memory("statistics", INFO_STATS, &stats, sizeof(stats), 0);
	add_console("linux-a.ttyS0", "linux-a.layer", 0, &linux_a);
	add_console("linux-b.ttyS0", "linux-b.layer", 1, &linux_b);
	add_console("health-out", "health", 2, &health);
	console_app_open(&app);
	step();
	return 0;
}

static void send(struct channel *from, const char *text)
{
	assert_int_equal(channel_write(from, text, strlen(text)), strlen(text));
}

static const char *received(struct channel *at)
{
	static char text[4097];

	text[channel_read(at, text, sizeof(text) - 1)] = 0;
	return text;
}

/* --- greeting and tables --- */

static void it_greets_with_the_subjects_and_a_prompt(void **state)
{
	(void)state;
	assert_shows(&terminal, "Bulkhead, system demo\n");
	assert_shows(&terminal, "linux-a          guest  0          256 MiB  running          0  0 bytes new\n");
	assert_shows(&terminal, "health           app    0          512 KiB  running          0  0 bytes new\n");
	assert_hides(&terminal, "linux-a.layer");
	assert_string_equal(terminal_line(&terminal), "bulkhead>");
}

static void subjects_shows_states_restarts_and_unread_output(void **state)
{
	(void)state;
	stats.subject[LINUX_B].state = SUBJECT_FAILED;
	stats.subject[LINUX_B].restarts = 3;
	mock_subject(LINUX_B)->cpu_mask = 5;
	send(&linux_b, "panic\r\n");
	command("subjects all");
	assert_shows(&terminal, "linux-b          guest  0,2        256 MiB  failed           3  7 bytes new\n");
	assert_shows(&terminal, "linux-a.layer    layer  0          512 KiB  running          0  -\n");
}

static void without_statistics_states_are_asked_for(void **state)
{
	(void)state;
	mock_reset();
	mock_add_subject("other", 7, 0);
	mock_subject_state(7, SUBJECT_PAUSED);
	terminal_clear(&terminal);
	command("subjects");
	assert_shows(&terminal, "paused");
	mock_refuse(HC_SUBJECT_STATUS, ERR_RIGHT);
	command("subjects");
	assert_hides(&terminal, "paused");
	command("exits other");
	assert_shows(&terminal, "no statistics");
	command("schedule");
	assert_shows(&terminal, "other                     -\n");
}

static void schedule_lists_plans_and_measured_shares(void **state)
{
	(void)state;
	mock_time(1000000000);
	stats.vcpu[LINUX_A].runtime = 600000000;
	stats.vcpu[LAYER_A].runtime = 60000000;
	stats.vcpu[HEALTH].runtime = 1234567;
	command("schedule");
	assert_shows(&terminal, "* a                   10000 us\n");
	assert_shows(&terminal, "  b                   10000 us\n");
	assert_shows(&terminal, "subject             plan a    plan b    plan c   measured\n");
	assert_shows(&terminal, "linux-a            66.00 %   44.00 %    0.00 %    66.00 %\n");
	assert_shows(&terminal, "linux-b            22.00 %    0.00 %    0.00 %     0.00 %\n");
	assert_shows(&terminal, "health              0.00 %    0.00 %    0.00 %     0.12 %\n");
	assert_shows(&terminal, "measured over 1.000 s");
}

static void a_switch_is_asked_for_watched_and_starts_a_new_measurement(void **state)
{
	(void)state;
	mock_time(1000000000);
	stats.vcpu[LINUX_A].runtime = 900000000;
	command("schedule a");
	assert_shows(&terminal, "schedule a is in force already\n");
	assert_int_equal(mock_calls(HC_SCHEDULE_SWITCH), 1);
	command("schedule b");
	assert_shows(&terminal, "switching to schedule b\n");
	assert_int_equal(mock_calls(HC_SCHEDULE_SWITCH), 2);
	assert_int_equal(mock_arguments(HC_SCHEDULE_SWITCH)[0], 1);
	assert_int_equal(console_app_deadline(&app), 1000000000 + CLOCK_MS);
	stats.schedule_next = 1;
	command("schedule");
	assert_shows(&terminal, "  b                   10000 us  (switch pending)\n");
	stats.schedule = 1;
	stats.switches = 1;
	step();
	assert_true(console_app_deadline(&app) == EVENT_FOREVER);
	mock_advance(500000000);
	stats.vcpu[LINUX_A].runtime += 220000000;
	command("schedule");
	assert_shows(&terminal, "* b ");
	assert_shows(&terminal, "linux-a            66.00 %   44.00 %    0.00 %    44.00 %\n");
	assert_shows(&terminal, "measured over 0.500 s");
}

static void watching_for_a_switch_ends_after_a_while(void **state)
{
	(void)state;
	command("schedule b");
	mock_advance(10 * CLOCK_S);
	step();
	assert_true(console_app_deadline(&app) == EVENT_FOREVER);
}

static void refused_and_unknown_schedules_are_told(void **state)
{
	(void)state;
	mock_refuse(HC_SCHEDULE_SWITCH, ERR_RIGHT);
	command("schedule c");
	assert_shows(&terminal, "schedule c: not permitted by the system description\n");
	command("schedule d");
	assert_shows(&terminal, "no schedule is called \"d\"");
	assert_int_equal(mock_calls(HC_SCHEDULE_SWITCH), 1);
	assert_true(console_app_deadline(&app) == EVENT_FOREVER);
}

static void exits_shows_what_was_counted_for_each_vcpu(void **state)
{
	(void)state;
	mock_subject(LINUX_A)->vcpu_first = 10;
	mock_subject(LINUX_A)->vcpu_count = 6;
	stats.vcpu[10].exits[EXIT_CPUID] = 671;
	stats.vcpu[11].exits[EXIT_HALT] = 12;
	stats.vcpu[15].exits[EXIT_EOI] = 99;
	stats.vcpu[10].entries = 5;
	command("exits linux-a");
	assert_shows(&terminal, "linux-a                    vcpu 0       vcpu 1       vcpu 2       vcpu 3\n");
	assert_shows(&terminal, "cpuid                         671            0            0            0\n");
	assert_shows(&terminal, "halt                            0           12            0            0\n");
	assert_shows(&terminal, "(frame entries)                 5            0            0            0\n");
	assert_shows(&terminal, "linux-a                    vcpu 4       vcpu 5\n");
	assert_shows(&terminal, "end of interrupt                0           99\n");
	assert_hides(&terminal, "shutdown");
	assert_hides(&terminal, "no exits");
}

static void exits_names_what_the_processor_does_without(void **state)
{
	(void)state;
	mock_subject(LINUX_A)->vcpu_first = 10;
	mock_subject(LINUX_A)->vcpu_count = 2;
	stats.vcpu[9].assists = STATS_ASSIST_ENDS; /* another's */
	stats.vcpu[10].assists = STATS_ASSIST_PRIORITY;
	command("exits linux-a");
	assert_shows(&terminal, "no exits in x2APIC mode: task priority\n");
	assert_hides(&terminal, "no exits in any mode");
	stats.vcpu[10].assists |= STATS_ASSIST_READS | STATS_ASSIST_ENDS | STATS_ASSIST_CR8;
	command("exits linux-a");
	assert_shows(&terminal, "no exits in x2APIC mode: task priority, reads, ends of interrupts\n"
	                        "no exits in any mode: CR8\n");
}

static void info_tells_the_machine_and_the_core(void **state)
{
	(void)state;
	mock_time(10 * CLOCK_S);
	stats.entry_tsc = 1000000;
	stats.first_tsc = 9000000;
	stats.load_ticks = 3000000;
	stats.core_bytes = 0x171000;
	stats.pristine_bytes = 40 << 20;
	stats.cpu[0].idle = 4995500000;
	stats.cpu[0].frames = 100;
	stats.cpu[0].late_sum = 20000;
	stats.cpu[0].late_max = 900;
	command("info");
	assert_shows(&terminal, "system      demo, 1 CPUs, AMD-V\n");
	assert_shows(&terminal, "core        1.4 MiB of RAM, pristine images 40 MiB\n");
	assert_shows(&terminal, "start       8000 us from entry to the first subject, 3000 us of it loading\n");
	assert_shows(&terminal, "schedule    a, 0 switches so far\n");
	assert_shows(&terminal, "cpu 0       50.0 % idle, 100 frames, late by 200 ns on average, 900 ns at most\n");
	assert_hides(&terminal, "lost");
}

static enum status pieces(const uint64_t *argument, uint64_t *result)
{
	result[0] = argument[0] < 6 ? argument[0] + 1 : 0;
	return OK;
}

static enum status pieces_of_which_two_have_changed(const uint64_t *argument, uint64_t *result)
{
	(void)pieces(argument, result);
	return argument[0] == 3 || argument[0] == 6 ? ERR_CORRUPT : OK;
}

static void self_test_goes_through_all_pieces_and_says_what_has_changed(void **state)
{
	(void)state;
	mock_answer(HC_SELF_TEST, pieces);
	command("self-test");
	assert_shows(&terminal, "self-test: all 7 pieces of core, tables and configuration are as at the start\n");
	mock_answer(HC_SELF_TEST, pieces_of_which_two_have_changed);
	command("self-test");
	assert_shows(&terminal, "self-test: 2 of 7 pieces are not as at the start; the first is step 3\n");
	mock_refuse(HC_SELF_TEST, ERR_RIGHT);
	command("self-test");
	assert_shows(&terminal, "self-test: not permitted by the system description\n");
}

/* --- subject management --- */

static void each_subject_command_makes_its_call(void **state)
{
	(void)state;
	static const struct {
		const char *line, *answer;
		uint32_t call;
	} cases[] = {
	        {"start linux-b", "linux-b: starting\n", HC_SUBJECT_START},
	        {"stop linux-b", "linux-b: stopping\n", HC_SUBJECT_STOP},
	        {"pause linux-b", "linux-b: paused\n", HC_SUBJECT_PAUSE},
	        {"resume linux-b", "linux-b: resumed\n", HC_SUBJECT_RESUME},
	        {"  restart   linux-b ", "linux-b: restarting\n", HC_SUBJECT_RESTART},
	};
	for (unsigned i = 0; i < 5; i++) {
		command(cases[i].line);
		assert_shows(&terminal, cases[i].answer);
		assert_int_equal(mock_calls(cases[i].call), 1);
		assert_int_equal(mock_arguments(cases[i].call)[0], LINUX_B);
	}
	mock_refuse(HC_SUBJECT_STOP, ERR_STATE);
	command("stop linux-a");
	assert_shows(&terminal, "linux-a: not possible while it is running\n");
	stats.subject[LINUX_A].state = SUBJECT_PAUSED;
	command("stop linux-a");
	assert_shows(&terminal, "linux-a: not possible while it is paused\n");
	command("stop nobody");
	assert_shows(&terminal, "no subject is called \"nobody\"");
	assert_int_equal(mock_calls(HC_SUBJECT_STOP), 3);
}

static void wrong_lines_are_explained_and_empty_ones_ignored(void **state)
{
	(void)state;
	command("frobnicate");
	assert_shows(&terminal, "no command is called \"frobnicate\"; help lists them\n");
	command("stop");
	assert_shows(&terminal, "usage: stop SUBJECT\n");
	command("stop linux-a linux-b");
	assert_shows(&terminal, "usage: stop SUBJECT\n");
	command("info linux-a");
	assert_shows(&terminal, "usage: info\n");
	command("subjects linux-a");
	assert_shows(&terminal, "usage: subjects [all]\n");
	command("   ");
	assert_string_equal(terminal.text, "bulkhead>\n");
	command("audit none");
	assert_shows(&terminal, "audit takes a number from 1 to 256\n");
}

static void help_names_every_command(void **state)
{
	(void)state;
	static const char *const names[] = {"subjects", "schedule", "attach", "stop", "start",  "pause",    "resume",
	                                    "restart",  "audit",    "exits",  "info", "reboot", "poweroff", "help"};
	command("help");
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_shows(&terminal, names[i]);
}

static void reboot_and_poweroff_wait_for_the_last_words(void **state)
{
	(void)state;
	console_app_type(&app, "reboot\rinfo\r", 12);
	assert_true(app.ending);
	assert_int_equal(mock_calls(HC_REBOOT), 0);
	step();
	assert_shows(&terminal, "rebooting\n");
	mock_refuse(HC_REBOOT, ERR_RIGHT);
	console_app_end(&app);
	step();
	assert_int_equal(mock_calls(HC_REBOOT), 1);
	assert_shows(&terminal, "refused: not permitted by the system description\n");
	assert_false(app.ending);
	assert_string_equal(terminal_line(&terminal), "bulkhead>");
	type("poweroff\r");
	console_app_end(&app);
	assert_int_equal(mock_calls(HC_POWER_OFF), 1);
}

/* --- completion --- */

static void the_tabulator_completes_commands_subjects_consoles_and_schedules(void **state)
{
	(void)state;
	type("att\t");
	assert_string_equal(app.line.text, "attach ");
	type("li\t");
	assert_string_equal(app.line.text, "attach linux-");
	type("b\t");
	assert_string_equal(app.line.text, "attach linux-b ");
	assert_string_equal(terminal_line(&terminal), "bulkhead> attach linux-b");
	type("\025schedule \t");
	assert_shows(&terminal, "a  b  c\n");
	type("\025exits he\t");
	assert_string_equal(app.line.text, "exits health ");
	type("\025subj\tal\t");
	assert_string_equal(app.line.text, "subjects all ");
	assert_int_equal(terminal.bells, 0);
}

static void an_ambiguous_word_is_listed_and_the_line_kept(void **state)
{
	(void)state;
	terminal.length = 0;
	type("re\t");
	assert_string_equal(app.line.text, "re");
	assert_shows(&terminal, "resume  restart  reboot\n");
	assert_string_equal(terminal_line(&terminal), "bulkhead> re");
	type("s\t");
	assert_string_equal(app.line.text, "res");
}

static void a_word_that_fits_nothing_rings_the_bell(void **state)
{
	(void)state;
	type("xyz\t");
	assert_int_equal(terminal.bells, 1);
	type("\025attach linux-a linux\t");
	assert_int_equal(terminal.bells, 2);
	type("\025nonsense li\t");
	assert_int_equal(terminal.bells, 3);
	type("\025help li\t");
	assert_int_equal(terminal.bells, 4);
	assert_string_equal(app.line.text, "help li");
}

static void completion_works_in_the_middle_of_a_line(void **state)
{
	(void)state;
	type("st linux-a\001\006\006o\t");
	assert_string_equal(app.line.text, "stop  linux-a");
}

/* --- consoles --- */

static void output_of_a_detached_guest_never_reaches_the_terminal(void **state)
{
	(void)state;
	terminal.length = 0;
	terminal.text[0] = 0;
	type("sub");
	send(&linux_a, "[    0.000000] Linux version 6.1\r\n");
	step();
	assert_string_equal(terminal.text, "");
	assert_string_equal(terminal_line(&terminal), "bulkhead> sub");
}

static void attach_shows_recent_output_then_connects_both_ways(void **state)
{
	(void)state;
	send(&linux_a, "login: ");
	step();
	command("attach linux-a");
	assert_shows(&terminal, "--- attached to linux-a; Ctrl-] comes back ---\n");
	assert_string_equal(terminal_line(&terminal), "login:");
	type("root\r");
	assert_string_equal(received(&linux_a), "root\r");
	send(&linux_a, "root\r\n# ");
	step();
	assert_shows(&terminal, "login: root\n");
	assert_string_equal(terminal_line(&terminal), "#");
	type("\003\032\t\033[A");
	assert_string_equal(received(&linux_a), "\003\032\t\033[A");
}

static void the_escape_key_comes_back_to_an_untouched_prompt(void **state)
{
	(void)state;
	command("attach linux-a");
	type("x\035subjects\r");
	assert_string_equal(received(&linux_a), "x");
	assert_shows(&terminal, "--- detached from linux-a ---\n");
	assert_shows(&terminal, "restarts");
	send(&linux_a, "more\r\n");
	step();
	assert_hides(&terminal, "more\n");
	command("attach linux-a");
	assert_shows(&terminal, "more\n");
}

static void an_application_console_can_be_attached_too(void **state)
{
	(void)state;
	send(&health, "health: watching linux-b\n");
	command("attach health");
	assert_shows(&terminal, "health: watching linux-b\n");
	type("\035");
	command("attach linux-a.layer");
	assert_shows(&terminal, "\"linux-a.layer\" has no console here");
}

static void the_scroll_back_is_bounded_and_begins_with_a_whole_line(void **state)
{
	(void)state;
	char text[32];
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "line %06u\r\n", i);
		send(&linux_a, text);
		if (i % 100 == 0)
			step();
	}
	step();
	command("attach linux-a");
	const char *first = strstr(terminal.text, "line ");
	assert_non_null(first);
	assert_int_equal(first[-1], '\n');
	assert_shows(&terminal, "line 004999\n");
	assert_true(terminal.length > CONSOLE_SCROLL_BYTES - 2000 && terminal.length < CONSOLE_SCROLL_BYTES);
}

static void a_detached_guest_never_waits_and_an_attached_one_is_paced(void **state)
{
	(void)state;
	static char block[8192];
	memset(block, 'x', sizeof(block));
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(channel_write(&linux_b, block, sizeof(block)), sizeof(block));
		console_app_step(&app);
	}
	console_app_type(&app, "attach linux-b\r", 15);
	uint64_t taken = 0, shown = 0;
	for (unsigned i = 0; i < 50; i++) {
		taken += channel_write(&linux_b, block, sizeof(block));
		console_app_step(&app);
	}
	assert_true(taken <= CONSOLE_OUTPUT_BYTES + CONSOLE_SCROLL_BYTES + 16384);
	assert_int_equal(app.output.lost, 0);
	const char *bytes;
	for (size_t count; (count = console_output_peek(&app.output, &bytes)) > 0;) {
		for (size_t i = 0; i < count; i++)
			shown += bytes[i] == 'x';
		console_output_drop(&app.output, count);
		console_app_step(&app);
	}
	assert_true(shown >= taken);
}

static void keys_wait_for_a_guest_that_does_not_read_and_then_are_lost_audibly(void **state)
{
	(void)state;
	command("attach linux-a");
	for (unsigned i = 0; i < 4096 + CONSOLE_TYPED_BYTES; i++)
		type("k");
	assert_int_equal(terminal.bells, 0);
	type("z");
	assert_int_equal(terminal.bells, 1);
	assert_int_equal(strlen(received(&linux_a)), 4096);
	step();
	assert_int_equal(strlen(received(&linux_a)), CONSOLE_TYPED_BYTES);
}

static void a_restarted_guest_leaves_a_note_in_its_scroll_back(void **state)
{
	(void)state;
	send(&linux_b, "dying words");
	step();
	mock_restart_peer("linux-b.ttyS0", &linux_b);
	step();
	send(&linux_b, "Linux again\r\n");
	command("attach linux-b");
	assert_shows(&terminal, "dying words\n[linux-b restarted]\nLinux again\n");
}

static void it_waits_for_every_console_and_for_ever(void **state)
{
	(void)state;
	uint64_t expected = channel_event(&app.guests.guest[0].channel) | channel_event(&app.guests.guest[1].channel) |
	                    channel_event(&app.guests.guest[2].channel);
	assert_true(console_app_events(&app) == expected && expected);
	assert_true(console_app_deadline(&app) == EVENT_FOREVER);
}

static void a_full_output_drops_and_counts(void **state)
{
	(void)state;
	static struct console_output output;
	for (unsigned i = 0; i < CONSOLE_OUTPUT_BYTES / 16 + 1; i++)
		console_output_print(&output, "%s", "0123456789abcdef");
	assert_int_equal(output.lost, 16);
	assert_int_equal(console_output_space(&output), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(it_greets_with_the_subjects_and_a_prompt, boot),
	        cmocka_unit_test_setup(subjects_shows_states_restarts_and_unread_output, boot),
	        cmocka_unit_test_setup(without_statistics_states_are_asked_for, boot),
	        cmocka_unit_test_setup(schedule_lists_plans_and_measured_shares, boot),
	        cmocka_unit_test_setup(a_switch_is_asked_for_watched_and_starts_a_new_measurement, boot),
	        cmocka_unit_test_setup(watching_for_a_switch_ends_after_a_while, boot),
	        cmocka_unit_test_setup(refused_and_unknown_schedules_are_told, boot),
	        cmocka_unit_test_setup(exits_shows_what_was_counted_for_each_vcpu, boot),
	        cmocka_unit_test_setup(exits_names_what_the_processor_does_without, boot),
	        cmocka_unit_test_setup(info_tells_the_machine_and_the_core, boot),
	        cmocka_unit_test_setup(self_test_goes_through_all_pieces_and_says_what_has_changed, boot),
	        cmocka_unit_test_setup(each_subject_command_makes_its_call, boot),
	        cmocka_unit_test_setup(wrong_lines_are_explained_and_empty_ones_ignored, boot),
	        cmocka_unit_test_setup(help_names_every_command, boot),
	        cmocka_unit_test_setup(reboot_and_poweroff_wait_for_the_last_words, boot),
	        cmocka_unit_test_setup(the_tabulator_completes_commands_subjects_consoles_and_schedules, boot),
	        cmocka_unit_test_setup(an_ambiguous_word_is_listed_and_the_line_kept, boot),
	        cmocka_unit_test_setup(a_word_that_fits_nothing_rings_the_bell, boot),
	        cmocka_unit_test_setup(completion_works_in_the_middle_of_a_line, boot),
	        cmocka_unit_test_setup(output_of_a_detached_guest_never_reaches_the_terminal, boot),
	        cmocka_unit_test_setup(attach_shows_recent_output_then_connects_both_ways, boot),
	        cmocka_unit_test_setup(the_escape_key_comes_back_to_an_untouched_prompt, boot),
	        cmocka_unit_test_setup(an_application_console_can_be_attached_too, boot),
	        cmocka_unit_test_setup(the_scroll_back_is_bounded_and_begins_with_a_whole_line, boot),
	        cmocka_unit_test_setup(a_detached_guest_never_waits_and_an_attached_one_is_paced, boot),
	        cmocka_unit_test_setup(keys_wait_for_a_guest_that_does_not_read_and_then_are_lost_audibly, boot),
	        cmocka_unit_test_setup(a_restarted_guest_leaves_a_note_in_its_scroll_back, boot),
	        cmocka_unit_test_setup(it_waits_for_every_console_and_for_ever, boot),
	        cmocka_unit_test_setup(a_full_output_drops_and_counts, boot),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
