/* SPDX-License-Identifier: ISC */
#include "apps/console/console_complete.h"
#include "apps/console/console_command.h"
#include "lib/text.h"

/*
 * The first word can become a command, the second what that command takes. All candidates are walked twice: once for their
 * number and what they share, once to be listed; none is stored.
 */
struct place {
	char word[CONSOLE_LINE_BYTES];         /* up to the cursor */
	const struct console_command *command; /* 0 = the word is the command itself */
	bool nothing;
};

static struct place place_of(const struct console_line *line)
{
	struct place place = {.word = ""};
	char first[CONSOLE_LINE_BYTES];
	size_t from = 0, begin = line->cursor;

	while (begin > 0 && line->text[begin - 1] != ' ')
		begin--;
	text_copy(place.word, line->cursor - begin + 1, line->text + begin);
	while (line->text[from] == ' ')
		from++;
	if (from >= begin)
		return place;
	size_t to = from;
	while (to < begin && line->text[to] != ' ')
		to++;
	text_copy(first, to - from + 1, line->text + from);
	place.command = console_command_find(first);
	while (to < begin && line->text[to] == ' ')
		to++;
	place.nothing = !place.command || to < begin; /* a third word */
	return place;
}

static const char *candidate(const struct console_app *app, const struct place *place, uint32_t n)
{
	if (place->nothing)
		return 0;
	if (place->command)
		return console_command_word(app, place->command->argument, n);
	return console_command_nth(n) ? console_command_nth(n)->name : 0;
}

/* Cuts `shared` to what it has in common with `word`. */
static void share(char *shared, const char *word)
{
	while (*shared && *shared == *word) {
		shared++;
		word++;
	}
	*shared = 0;
}

static void list(struct console_app *app, const struct place *place)
{
	const char *word;

	console_output_text(&app->output, "\n");
	for (uint32_t n = 0; (word = candidate(app, place, n)); n++)
		if (text_begins(word, place->word))
			console_output_print(&app->output, "%s  ", word);
	console_output_text(&app->output, "\n");
	console_line_draw(&app->line, &app->output);
}

void console_complete(struct console_app *app)
{
	struct place place = place_of(&app->line);
	char shared[CONSOLE_LINE_BYTES] = "";
	size_t typed = text_length(place.word, sizeof(place.word));
	uint32_t found = 0;
	const char *word;

	for (uint32_t n = 0; (word = candidate(app, &place, n)); n++) {
		if (!text_begins(word, place.word))
			continue;
		if (found++)
			share(shared, word);
		else
			text_copy(shared, sizeof(shared), word);
	}
	if (!found)
		console_output_text(&app->output, "\a");
	else if (shared[typed] || found == 1)
		console_line_insert(&app->line, &app->output, shared + typed);
	else
		list(app, &place);
	if (found == 1)
		console_line_insert(&app->line, &app->output, " ");
}
