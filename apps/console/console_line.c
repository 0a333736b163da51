/* SPDX-License-Identifier: ISC */
#include "apps/console/console_line.h"
#include "lib/text.h"

/*
 * Every key changes text and cursor, then the line is drawn again from its beginning; only a character typed at the end,
 * the common case, is just echoed. Invariant: cursor <= length < CONSOLE_LINE_BYTES, window <= cursor < window + WIDTH.
 * Escape sequences: ECMA-48 5.4 (CSI), and SS3 as sent by a VT100 in application mode.
 */
#define COLUMNS 80u
#define WIDTH (COLUMNS - sizeof(CONSOLE_PROMPT)) /* a column stays free for the cursor */
#define CONTROL(letter) ((letter) - '@')
#define BELL "\a"
enum escape { TEXT, ESCAPE, CSI, SS3 };

static void scroll(struct console_line *line)
{
	if (line->cursor < line->window)
		line->window = line->cursor;
	if (line->cursor - line->window >= WIDTH)
		line->window = line->cursor - WIDTH + 1;
}

void console_line_draw(const struct console_line *line, struct console_output *output)
{
	size_t shown = line->length - line->window;

	if (shown > WIDTH)
		shown = WIDTH;
	console_output_text(output, "\r" CONSOLE_PROMPT);
	console_output_raw(output, line->text + line->window, shown);
	console_output_text(output, "\033[K");
	if (line->cursor - line->window < shown)
		console_output_print(output, "\033[%zuD", shown - (line->cursor - line->window));
}

void console_line_start(struct console_line *line, struct console_output *output)
{
	line->length = line->cursor = line->window = line->history_back = 0;
	line->text[0] = 0;
	line->escape = TEXT;
	console_output_text(output, CONSOLE_PROMPT);
}

static void redraw(struct console_line *line, struct console_output *output)
{
	scroll(line);
	console_line_draw(line, output);
}

static void move(char *to, const char *from, size_t length)
{
	if (to < from)
		for (size_t i = 0; i < length; i++)
			to[i] = from[i];
	else
		while (length-- > 0)
			to[length] = from[length];
}

static void erase(struct console_line *line, struct console_output *output, size_t from, size_t to)
{
	move(line->text + from, line->text + to, line->length - to + 1);
	line->length -= to - from;
	line->cursor = from;
	redraw(line, output);
}

void console_line_insert(struct console_line *line, struct console_output *output, const char *text)
{
	size_t added = text_length(text, CONSOLE_LINE_BYTES);
	bool at_end = line->cursor == line->length;

	if (added >= CONSOLE_LINE_BYTES - line->length) {
		console_output_text(output, BELL);
		return;
	}
	move(line->text + line->cursor + added, line->text + line->cursor, line->length - line->cursor + 1);
	move(line->text + line->cursor, text, added);
	line->length += added;
	line->cursor += added;
	if (at_end && line->cursor - line->window < WIDTH)
		console_output_raw(output, text, added);
	else
		redraw(line, output);
}

/* --- keys --- */

static void go(struct console_line *line, struct console_output *output, size_t cursor)
{
	line->cursor = cursor;
	redraw(line, output);
}

static void key_home(struct console_line *line, struct console_output *output)
{
	go(line, output, 0);
}

static void key_end(struct console_line *line, struct console_output *output)
{
	go(line, output, line->length);
}

static void key_left(struct console_line *line, struct console_output *output)
{
	if (line->cursor > 0)
		go(line, output, line->cursor - 1);
}

static void key_right(struct console_line *line, struct console_output *output)
{
	if (line->cursor < line->length)
		go(line, output, line->cursor + 1);
}

static void key_backspace(struct console_line *line, struct console_output *output)
{
	if (line->cursor > 0)
		erase(line, output, line->cursor - 1, line->cursor);
}

static void key_delete(struct console_line *line, struct console_output *output)
{
	if (line->cursor < line->length)
		erase(line, output, line->cursor, line->cursor + 1);
}

static void key_kill_end(struct console_line *line, struct console_output *output)
{
	erase(line, output, line->cursor, line->length);
}

static void key_kill_begin(struct console_line *line, struct console_output *output)
{
	erase(line, output, 0, line->cursor);
}

static void key_kill_word(struct console_line *line, struct console_output *output)
{
	size_t from = line->cursor, to = line->cursor;

	while (from > 0 && line->text[from - 1] == ' ')
		from--;
	while (from > 0 && line->text[from - 1] != ' ')
		from--;
	erase(line, output, from, to);
}

static void key_clear(struct console_line *line, struct console_output *output)
{
	console_output_text(output, "\033[H\033[2J");
	redraw(line, output);
}

static void key_cancel(struct console_line *line, struct console_output *output)
{
	console_output_text(output, "^C\n");
	console_line_start(line, output);
}

static void show(struct console_line *line, struct console_output *output, const char *text)
{
	text_copy(line->text, sizeof(line->text), text);
	line->length = line->cursor = text_length(line->text, sizeof(line->text));
	line->window = 0;
	redraw(line, output);
}

static void show_older(struct console_line *line, struct console_output *output, size_t back)
{
	if (line->history_back == 0)
		text_copy(line->kept, sizeof(line->kept), line->text);
	line->history_back = back;
	show(line, output, back ? line->history[(line->history_count - back) % CONSOLE_HISTORY] : line->kept);
}

static void key_up(struct console_line *line, struct console_output *output)
{
	if (line->history_back < line->history_count && line->history_back < CONSOLE_HISTORY)
		show_older(line, output, line->history_back + 1);
}

static void key_down(struct console_line *line, struct console_output *output)
{
	if (line->history_back > 0)
		show_older(line, output, line->history_back - 1);
}

typedef void key_function(struct console_line *line, struct console_output *output);
static key_function *const control_keys[0x20] = {
        [CONTROL('A')] = key_home,      [CONTROL('B')] = key_left,     [CONTROL('C')] = key_cancel,
        [CONTROL('D')] = key_delete,    [CONTROL('E')] = key_end,      [CONTROL('F')] = key_right,
        [CONTROL('H')] = key_backspace, [CONTROL('K')] = key_kill_end, [CONTROL('L')] = key_clear,
        [CONTROL('N')] = key_down,      [CONTROL('P')] = key_up,       [CONTROL('U')] = key_kill_begin,
        [CONTROL('W')] = key_kill_word,
};
/* The final letter of CSI and SS3 sequences, and the number before a final '~'. */
static key_function *const letter_keys[] = {
        ['A' - 'A'] = key_up,   ['B' - 'A'] = key_down, ['C' - 'A'] = key_right,
        ['D' - 'A'] = key_left, ['F' - 'A'] = key_end,  ['H' - 'A'] = key_home,
};
static key_function *const number_keys[] = {
        [1] = key_home, [3] = key_delete, [4] = key_end, [7] = key_home, [8] = key_end};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static key_function *sequence_key(const struct console_line *line, unsigned char key)
{
	if (key == '~')
		return line->parameter < COUNT(number_keys) ? number_keys[line->parameter] : 0;
	return key >= 'A' && key - 'A' < (int)COUNT(letter_keys) ? letter_keys[key - 'A'] : 0;
}

static void sequence(struct console_line *line, struct console_output *output, unsigned char key)
{
	if (line->escape == ESCAPE) {
		line->escape = key == '[' ? CSI : key == 'O' ? SS3 : TEXT;
		line->parameter = 0;
		return;
	}
	if (line->escape == CSI && key >= '0' && key <= '9') {
		line->parameter = (line->parameter * 10 + key - '0') % 1000;
		return;
	}
	if (line->escape == CSI && key >= 0x20 && key < 0x40)
		return; /* further parameters: modifiers */
	line->escape = TEXT;
	if (sequence_key(line, key))
		sequence_key(line, key)(line, output);
}

static void remember(struct console_line *line)
{
	const char *last = line->history[(line->history_count - 1) % CONSOLE_HISTORY];

	if (line->length == 0 || (line->history_count && text_equal(last, line->text)))
		return;
	text_copy(line->history[line->history_count++ % CONSOLE_HISTORY], CONSOLE_LINE_BYTES, line->text);
}

enum console_line_event console_line_key(struct console_line *line, struct console_output *output, char key)
{
	unsigned char code = (unsigned char)key;
	char typed[2] = {key, 0};
	bool pair = line->after_return && key == '\n';

	line->after_return = key == '\r';
	if (line->escape != TEXT) {
		sequence(line, output, code);
	} else if (key == '\r' || key == '\n') {
		if (pair)
			return CONSOLE_LINE_NONE;
		remember(line);
		console_output_text(output, "\n");
		return CONSOLE_LINE_ENTER;
	} else if (key == '\t') {
		return CONSOLE_LINE_COMPLETE;
	} else if (key == '\033') {
		line->escape = ESCAPE;
	} else if (code < 0x20) {
		if (control_keys[code])
			control_keys[code](line, output);
	} else if (code < 0x7f) {
		console_line_insert(line, output, typed);
	} else if (code == 0x7f) {
		key_backspace(line, output);
	}
	return CONSOLE_LINE_NONE;
}
