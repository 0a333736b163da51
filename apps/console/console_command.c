/* SPDX-License-Identifier: ISC */
#include "apps/console/console_command.h"
#include "apps/console/console_audit.h"
#include "lib/text.h"
#include "sdk/clock.h"
#include "sdk/hypercall.h"
#include "sdk/info.h"
#include "sdk/subject.h"
#include "sdk/system.h"

/*
 * A line is a command word and at most one argument. run() checks the number of words from the table, so a handler gets an
 * argument exactly if the table says so (or 0, if it is optional). Rights are not checked here: the core does, and its
 * answer is printed.
 */
#define SELF_TEST_LIMIT 65536u
#define SWITCH_LIMIT (5 * CLOCK_S) /* a switch that takes longer is noticed at the next key */

static void run_subjects(struct console_app *app, const struct console_command *command, const char *argument)
{
	(void)command;
	console_stats_subjects(&app->output, &app->guests, argument != 0);
}

static void run_schedule(struct console_app *app, const struct console_command *command, const char *argument)
{
	uint32_t schedule;
	enum status status;

	(void)command;
	if (!argument) {
		console_stats_schedule(&app->output, &app->shares);
		return;
	}
	schedule = info_schedule(argument);
	if (schedule == ~0u) {
		console_output_print(&app->output, "no schedule is called \"%s\"; schedule lists them\n", argument);
		return;
	}
	const bool in_force = schedule == info_get()->schedule;
	status = system_schedule(schedule);
	if (status == OK && in_force) {
		console_output_print(&app->output, "schedule %s is in force already\n", argument);
	} else if (status == OK) {
		console_output_print(&app->output, "switching to schedule %s\n", argument);
		app->watch_until = clock_deadline(SWITCH_LIMIT);
	} else {
		console_output_print(&app->output, "schedule %s: %s\n", argument, hypercall_status(status));
	}
}

static void run_attach(struct console_app *app, const struct console_command *command, const char *argument)
{
	struct console_guest *guest = console_guests_find(&app->guests, argument);

	(void)command;
	if (!guest) {
		console_output_print(&app->output, "\"%s\" has no console here; subjects shows who has\n", argument);
		return;
	}
	console_output_print(&app->output, "--- attached to %s; Ctrl-] comes back ---\n", guest->name);
	console_guests_attach(&app->guests, guest);
}

static const struct info_subject *subject_or_say(struct console_app *app, const char *name)
{
	const struct info_subject *subject = info_subject(name);

	if (!subject)
		console_output_print(&app->output, "no subject is called \"%s\"; subjects lists them\n", name);
	return subject;
}

static void run_manage(struct console_app *app, const struct console_command *command, const char *argument)
{
	const struct info_subject *subject = subject_or_say(app, argument);
	enum status status;

	if (!subject)
		return;
	status = command->act(subject->id);
	if (status == ERR_STATE)
		console_output_print(&app->output, "%s: not possible while it is %s\n", subject->name,
		                     console_stats_state(subject));
	else
		console_output_print(&app->output, "%s: %s\n", subject->name,
		                     status == OK ? command->done : hypercall_status(status));
}

static void run_exits(struct console_app *app, const struct console_command *command, const char *argument)
{
	const struct info_subject *subject = subject_or_say(app, argument);

	(void)command;
	if (subject)
		console_stats_exits(&app->output, subject);
}

static void run_audit(struct console_app *app, const struct console_command *command, const char *argument)
{
	uint64_t count = CONSOLE_AUDIT_DEFAULT;

	(void)command;
	if (argument && (!text_number(argument, &count) || count == 0 || count > CONSOLE_AUDIT_MOST)) {
		console_output_print(&app->output, "audit takes a number from 1 to %u\n", CONSOLE_AUDIT_MOST);
		return;
	}
	console_audit_show(&app->output, (uint32_t)count);
}

static void run_info(struct console_app *app, const struct console_command *command, const char *argument)
{
	(void)command, (void)argument;
	console_stats_info(&app->output, app->output.lost + app->uart_lost);
}

/* Each step is short; the console waits for the last one, which is a matter of some of its frames. */
static void run_self_test(struct console_app *app, const struct console_command *command, const char *argument)
{
	uint64_t step = 0, count = 0, wrong = 0, first = 0;
	enum status status;

	(void)command, (void)argument;
	do {
		uint64_t at = step;
		status = system_self_test(&step);
		if (status == ERR_CORRUPT && !wrong++)
			first = at;
	} while ((status == OK || status == ERR_CORRUPT) && ++count < SELF_TEST_LIMIT && step);
	if (status != OK && status != ERR_CORRUPT)
		console_output_print(&app->output, "self-test: %s\n", hypercall_status(status));
	else if (wrong)
		console_output_print(&app->output,
		                     "self-test: %lu of %lu pieces are not as at the start; the first is step %lu\n",
		                     wrong, count, first);
	else
		console_output_print(
		        &app->output,
		        "self-test: all %lu pieces of core, tables and configuration are as at the start\n", count);
}

static void end(struct console_app *app, enum status (*act)(void), const char *word)
{
	console_output_print(&app->output, "%s\n", word);
	app->end = act;
	app->ending = true;
}

static void run_reboot(struct console_app *app, const struct console_command *command, const char *argument)
{
	(void)command, (void)argument;
	end(app, system_reboot, "rebooting");
}

static void run_poweroff(struct console_app *app, const struct console_command *command, const char *argument)
{
	(void)command, (void)argument;
	end(app, system_power_off, "switching off");
}

static void run_help(struct console_app *app, const struct console_command *command, const char *argument)
{
	(void)command, (void)argument;
	for (uint32_t i = 0; console_command_nth(i); i++)
		console_output_print(&app->output, "  %-18s %s\n", console_command_nth(i)->usage,
		                     console_command_nth(i)->help);
	console_output_text(&app->output,
	                    "Ctrl-] leaves an attached console or a screen; the tabulator key completes words.\n");
}

static void watch_screen(struct console_app *app, const char *name, bool shot)
{
	struct console_screen *screen = console_screens_find(&app->screens, name);

	if (screen)
		console_screens_watch(&app->screens, screen, shot);
	else
		console_output_print(&app->output, "no guest called \"%s\" shows its screen here\n", name);
}

static void run_screen(struct console_app *app, const struct console_command *command, const char *argument)
{
	(void)command;
	watch_screen(app, argument, false);
}

static void run_screenshot(struct console_app *app, const struct console_command *command, const char *argument)
{
	(void)command;
	watch_screen(app, argument, true);
}

static const struct console_command commands[] = {
        {"subjects", "subjects [all]", "table of the subjects; all: with the virtualization layers", ARGUMENT_ALL, true,
         run_subjects, 0, 0},
        {"schedule", "schedule [NAME]", "shares by plan and as measured, or a switch", ARGUMENT_SCHEDULE, true,
         run_schedule, 0, 0},
        {"attach", "attach SUBJECT", "its console, recent output first", ARGUMENT_CONSOLE, false, run_attach, 0, 0},
        {"screen", "screen GUEST", "what its VGA shows; keys go to its keyboard", ARGUMENT_SCREEN, false, run_screen, 0,
         0},
        {"screenshot", "screenshot GUEST", "what its VGA shows now: text, or a picture as sixels", ARGUMENT_SCREEN,
         false, run_screenshot, 0, 0},
        {"start", "start SUBJECT", "start a stopped subject", ARGUMENT_SUBJECT, false, run_manage, subject_start,
         "starting"},
        {"stop", "stop SUBJECT", "stop it", ARGUMENT_SUBJECT, false, run_manage, subject_stop, "stopping"},
        {"pause", "pause SUBJECT", "let it stand still", ARGUMENT_SUBJECT, false, run_manage, subject_pause, "paused"},
        {"resume", "resume SUBJECT", "let it go on", ARGUMENT_SUBJECT, false, run_manage, subject_resume, "resumed"},
        {"restart", "restart SUBJECT", "begin anew from its pristine image", ARGUMENT_SUBJECT, false, run_manage,
         subject_restart, "restarting"},
        {"audit", "audit [N]", "the last records of the audit trail", ARGUMENT_NUMBER, true, run_audit, 0, 0},
        {"exits", "exits SUBJECT", "why and how often it left its guest", ARGUMENT_SUBJECT, false, run_exits, 0, 0},
        {"info", "info", "the machine and the core", ARGUMENT_NONE, false, run_info, 0, 0},
        {"self-test", "self-test", "is what never changes as it was at the start?", ARGUMENT_NONE, false, run_self_test,
         0, 0},
        {"reboot", "reboot", "the whole machine", ARGUMENT_NONE, false, run_reboot, 0, 0},
        {"poweroff", "poweroff", "the whole machine", ARGUMENT_NONE, false, run_poweroff, 0, 0},
        {"help", "help", "this list", ARGUMENT_NONE, false, run_help, 0, 0},
};
#define COMMANDS ((uint32_t)(sizeof(commands) / sizeof(commands[0])))

const struct console_command *console_command_nth(uint32_t n)
{
	return n < COMMANDS ? &commands[n] : 0;
}

const struct console_command *console_command_find(const char *name)
{
	for (uint32_t i = 0; i < COMMANDS; i++)
		if (text_equal(commands[i].name, name))
			return &commands[i];
	return 0;
}

const char *console_command_word(const struct console_app *app, enum console_argument argument, uint32_t n)
{
	switch (argument) {
	case ARGUMENT_SUBJECT:
		return n < info_get()->subjects.count ? INFO_TABLE(info_subject, subjects)[n].name : 0;
	case ARGUMENT_CONSOLE:
		return n < app->guests.count ? app->guests.guest[n].name : 0;
	case ARGUMENT_SCREEN:
		return n < app->screens.count ? app->screens.screen[n].name : 0;
	case ARGUMENT_SCHEDULE:
		return n < info_get()->schedules.count ? INFO_TABLE(info_schedule, schedules)[n].name : 0;
	case ARGUMENT_ALL:
		return n == 0 ? "all" : 0;
	default:
		return 0;
	}
}

/* Splits in place. Returns the words, but counts no further than `most`. */
static uint32_t split(char *line, char **words, uint32_t most)
{
	uint32_t count = 0;

	while (count < most) {
		while (*line == ' ')
			line++;
		if (!*line)
			break;
		words[count++] = line;
		while (*line && *line != ' ')
			line++;
		if (*line)
			*line++ = 0;
	}
	return count;
}

void console_command_run(struct console_app *app, const char *line)
{
	char copy[CONSOLE_LINE_BYTES], *words[3];
	const struct console_command *command;
	uint32_t count;

	text_copy(copy, sizeof(copy), line);
	count = split(copy, words, 3);
	if (count == 0)
		return;
	command = console_command_find(words[0]);
	if (!command)
		console_output_print(&app->output, "no command is called \"%s\"; help lists them\n", words[0]);
	else if (count > 2 || (count == 2 && command->argument == ARGUMENT_NONE) ||
	         (count == 1 && command->argument != ARGUMENT_NONE && !command->optional) ||
	         (count == 2 && command->argument == ARGUMENT_ALL && !text_equal(words[1], "all")))
		console_output_print(&app->output, "usage: %s\n", command->usage);
	else
		command->run(app, command, count == 2 ? words[1] : 0);
}
