/* SPDX-License-Identifier: ISC */
#include "apps/console/console_app.h"
#include "apps/console/console_command.h"
#include "apps/console/console_complete.h"
#include "sdk/clock.h"
#include "sdk/event.h"
#include "sdk/hypercall.h"
#include "sdk/info.h"

/*
 * Three modes: at the prompt keys go to the line editor, attached they go to the subject, at a screen to its keyboard. The
 * output of a subject that is not attached never reaches the terminal, so nothing is ever mixed into the prompt.
 */
#define WATCH_STEP CLOCK_MS

void console_app_open(struct console_app *app)
{
	console_guests_open(&app->guests);
	console_screens_open(&app->screens);
	console_shares_open(&app->shares);
	console_output_print(&app->output, "\nBulkhead, system %s\n\n", info_get()->system);
	console_command_run(app, "subjects");
	console_output_text(&app->output, "\nhelp lists the commands.\n");
	console_line_start(&app->line, &app->output);
}

static void detach(struct console_app *app)
{
	const struct console_guest *guest = &app->guests.guest[app->guests.attached];

	/* The subject may have left colours or a scrolling region behind. */
	console_output_print(&app->output, "\033[0m\n--- detached from %s ---\n", guest->name);
	console_guests_detach(&app->guests);
	console_line_start(&app->line, &app->output);
}

static void leave_screen(struct console_app *app)
{
	const struct console_screen *screen = &app->screens.screen[app->screens.watched];

	console_screens_leave(&app->screens, &app->output);
	if (!app->screens.shot)
		console_output_print(&app->output, "--- left the screen of %s ---\n", screen->name);
	console_line_start(&app->line, &app->output);
}

static void type_screen(struct console_app *app, char key)
{
	if (key == CONSOLE_ESCAPE_KEY)
		leave_screen(app);
	else if (!app->screens.shot)
		console_screens_type(&app->screens, key);
}

static void type_attached(struct console_app *app, char key)
{
	if (key == CONSOLE_ESCAPE_KEY)
		detach(app);
	else if (!console_guests_type(&app->guests, key))
		console_output_raw(&app->output, "\a", 1);
}

static void type_prompt(struct console_app *app, char key)
{
	switch (console_line_key(&app->line, &app->output, key)) {
	case CONSOLE_LINE_ENTER:
		console_command_run(app, app->line.text);
		if (app->guests.attached == CONSOLE_NOBODY && app->screens.watched == CONSOLE_SCREEN_NOBODY &&
		    !app->ending)
			console_line_start(&app->line, &app->output);
		break;
	case CONSOLE_LINE_COMPLETE:
		console_complete(app);
		break;
	case CONSOLE_LINE_NONE:
		break;
	}
}

void console_app_type(struct console_app *app, const char *keys, size_t count)
{
	for (size_t i = 0; i < count && !app->ending; i++)
		if (app->guests.attached != CONSOLE_NOBODY)
			type_attached(app, keys[i]);
		else if (app->screens.watched != CONSOLE_SCREEN_NOBODY)
			type_screen(app, keys[i]);
		else
			type_prompt(app, keys[i]);
}

bool console_app_step(struct console_app *app)
{
	if (console_shares_update(&app->shares) || clock_tsc() >= app->watch_until)
		app->watch_until = 0;
	bool more = console_screens_step(&app->screens, &app->output);
	if (app->screens.watched != CONSOLE_SCREEN_NOBODY && app->screens.ended)
		leave_screen(app);
	return console_guests_step(&app->guests, &app->output) || more;
}

uint64_t console_app_events(const struct console_app *app)
{
	return console_guests_events(&app->guests) | console_screens_events(&app->screens);
}

uint64_t console_app_deadline(const struct console_app *app)
{
	uint64_t step = app->watch_until ? clock_deadline(WATCH_STEP) : EVENT_FOREVER;
	uint64_t screen = console_screens_deadline(&app->screens);

	return step < screen ? step : screen;
}

void console_app_end(struct console_app *app)
{
	console_output_print(&app->output, "refused: %s\n", hypercall_status(app->end()));
	app->ending = false;
	console_line_start(&app->line, &app->output);
}
