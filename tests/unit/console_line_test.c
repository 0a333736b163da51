/* SPDX-License-Identifier: ISC */
#include "tests/unit/console_help.h"
#include "apps/console/console_line.h"

static struct console_line line;
static struct console_output output;
static struct terminal terminal;

static int fresh(void **state)
{
	(void)state;
	memset(&line, 0, sizeof(line));
	memset(&output, 0, sizeof(output));
	terminal_clear(&terminal);
	console_line_start(&line, &output);
	return 0;
}

static enum console_line_event type(const char *keys)
{
	enum console_line_event event = CONSOLE_LINE_NONE;

	for (; *keys; keys++)
		event = console_line_key(&line, &output, *keys);
	terminal_show(&terminal, &output);
	return event;
}

/* What is edited, what is shown and where the cursor stands agree. */
static void expect(const char *text, size_t cursor)
{
	char shown[sizeof(CONSOLE_PROMPT) + CONSOLE_LINE_BYTES];

	snprintf(shown, sizeof(shown), "%s%s", CONSOLE_PROMPT, text);
	for (size_t end = strlen(shown); end > 0 && shown[end - 1] == ' '; end--)
		shown[end - 1] = 0;
	assert_string_equal(line.text, text);
	assert_int_equal(line.length, strlen(text));
	assert_int_equal(line.cursor, cursor);
	assert_string_equal(terminal_line(&terminal), shown);
	assert_int_equal(terminal.column, strlen(CONSOLE_PROMPT) + cursor);
}

static void typed_characters_appear_and_enter_gives_the_line(void **state)
{
	(void)state;
	assert_int_equal(type("schedule b"), CONSOLE_LINE_NONE);
	expect("schedule b", 10);
	assert_int_equal(type("\r"), CONSOLE_LINE_ENTER);
	assert_string_equal(line.text, "schedule b");
	console_line_start(&line, &output);
	type("");
	expect("", 0);
}

static void carriage_return_and_newline_together_are_one_enter(void **state)
{
	(void)state;
	assert_int_equal(type("a\r"), CONSOLE_LINE_ENTER);
	console_line_start(&line, &output);
	assert_int_equal(type("\n"), CONSOLE_LINE_NONE);
	assert_int_equal(type("b\n"), CONSOLE_LINE_ENTER);
	console_line_start(&line, &output);
	assert_int_equal(type("\n"), CONSOLE_LINE_ENTER);
}

static void arrows_home_and_end_move_the_cursor(void **state)
{
	(void)state;
	static const char *const home[] = {"\033[H", "\033OH", "\033[1~", "\033[7~", "\001"};
	static const char *const end[] = {"\033[F", "\033OF", "\033[4~", "\033[8~", "\005"};
	type("abc\033[D");
	expect("abc", 2);
	type("\033[D\033OD\033[D");
	expect("abc", 0);
	type("\033[C");
	expect("abc", 1);
	for (unsigned i = 0; i < 5; i++) {
		type(end[i]);
		expect("abc", 3);
		type("\033[C");
		expect("abc", 3);
		type(home[i]);
		expect("abc", 0);
	}
	type("\006\006\002");
	expect("abc", 1);
}

static void characters_go_in_at_the_cursor(void **state)
{
	(void)state;
	type("ad\033[Dbc");
	expect("abcd", 3);
	type("\001x\005y");
	expect("xabcdy", 6);
}

static void backspace_and_delete_take_one_character(void **state)
{
	(void)state;
	type("abcd\177");
	expect("abc", 3);
	type("\001\b");
	expect("abc", 0);
	type("\033[3~");
	expect("bc", 0);
	type("\004\004\004");
	expect("", 0);
	type("\177");
	expect("", 0);
}

static void kill_keys_take_a_piece(void **state)
{
	(void)state;
	type("restart  linux-b  \027");
	expect("restart  ", 9);
	type("\027");
	expect("", 0);
	type("\027one two\002\002\002\013");
	expect("one ", 4);
	type("two\002\002\025");
	expect("wo", 0);
}

static void control_c_leaves_the_line_and_control_l_the_screen(void **state)
{
	(void)state;
	type("abc\003");
	expect("", 0);
	assert_shows(&terminal, "bulkhead> abc^C\n");
	type("xyz\002\014");
	expect("xyz", 2);
}

static void up_and_down_walk_the_history_and_come_back(void **state)
{
	(void)state;
	static const char *const entered[] = {"one\r", "two\r", "two\r", "\r", "three\r"};
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(type(entered[i]), CONSOLE_LINE_ENTER);
		console_line_start(&line, &output);
	}
	type("new");
	type("\033[A");
	expect("three", 5);
	type("\033[A");
	expect("two", 3);
	type("\020");
	expect("one", 3);
	type("\033[A");
	expect("one", 3);
	type("\033[B\016");
	expect("three", 5);
	type("\033[B");
	expect("new", 3);
	type("\033[B");
	expect("new", 3);
}

static void the_history_keeps_the_last_sixteen(void **state)
{
	(void)state;
	char text[8];
	for (unsigned i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "%u\r", i);
		type(text);
		console_line_start(&line, &output);
	}
	for (unsigned i = 0; i < 50; i++)
		type("\033[A");
	expect("24", 2);
}

static void a_long_line_scrolls_sideways_and_never_wraps(void **state)
{
	(void)state;
	char text[128];
	for (unsigned i = 0; i < 100; i++) {
		char key[2] = {(char)('a' + i % 26), 0};
		text[i] = key[0];
		type(key);
		assert_true(terminal.column < COLUMNS);
		assert_int_equal(terminal.length, 0);
		assert_int_equal(terminal.line[terminal.column - 1], key[0]);
	}
	text[100] = 0;
	assert_string_equal(line.text, text);
	type("\001");
	assert_int_equal(terminal.column, strlen(CONSOLE_PROMPT));
	assert_memory_equal(terminal.line + strlen(CONSOLE_PROMPT), text, 60);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(terminal.line[terminal.column], text[i]);
		type("\033[C");
	}
}

static void a_full_line_rings_the_bell(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CONSOLE_LINE_BYTES - 1; i++)
		type("x");
	assert_int_equal(terminal.bells, 0);
	type("y");
	assert_int_equal(terminal.bells, 1);
	assert_int_equal(line.length, CONSOLE_LINE_BYTES - 1);
}

static void unknown_sequences_and_bytes_do_nothing(void **state)
{
	(void)state;
	type("a\033[1;5Cb\033[15~c\033[Zd\033xe\200\377\032f\033[9~\033[999~\033[!p");
	expect("abcdef", 6);
}

static void any_bytes_keep_the_invariants(void **state)
{
	(void)state;
	uint32_t random = 1;
	for (unsigned i = 0; i < 200000; i++) {
		static const char common[] = "\033[ABCD~3O\001\005\013\025\027 ab";
		random = random * 1664525 + 1013904223;
		char key = random >> 31 ? (char)(random >> 16) : common[(random >> 20) % (sizeof(common) - 1)];
		if (console_line_key(&line, &output, key) == CONSOLE_LINE_ENTER)
			console_line_start(&line, &output);
		assert_true(line.cursor <= line.length && line.length < CONSOLE_LINE_BYTES);
		assert_true(line.window <= line.cursor);
		assert_int_equal(strlen(line.text), line.length);
		if (i % 64 == 0) {
			terminal.length = 0;
			terminal_show(&terminal, &output);
			assert_true(terminal.column < COLUMNS);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(typed_characters_appear_and_enter_gives_the_line, fresh),
	        cmocka_unit_test_setup(carriage_return_and_newline_together_are_one_enter, fresh),
	        cmocka_unit_test_setup(arrows_home_and_end_move_the_cursor, fresh),
	        cmocka_unit_test_setup(characters_go_in_at_the_cursor, fresh),
	        cmocka_unit_test_setup(backspace_and_delete_take_one_character, fresh),
	        cmocka_unit_test_setup(kill_keys_take_a_piece, fresh),
	        cmocka_unit_test_setup(control_c_leaves_the_line_and_control_l_the_screen, fresh),
	        cmocka_unit_test_setup(up_and_down_walk_the_history_and_come_back, fresh),
	        cmocka_unit_test_setup(the_history_keeps_the_last_sixteen, fresh),
	        cmocka_unit_test_setup(a_long_line_scrolls_sideways_and_never_wraps, fresh),
	        cmocka_unit_test_setup(a_full_line_rings_the_bell, fresh),
	        cmocka_unit_test_setup(unknown_sequences_and_bytes_do_nothing, fresh),
	        cmocka_unit_test_setup(any_bytes_keep_the_invariants, fresh),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
