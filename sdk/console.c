/* SPDX-License-Identifier: ISC */
#include "sdk/channel.h"
#include "sdk/console.h"
#include "sdk/console_port.h"
#include "sdk/format.h"

/*
 * The sink is chosen once, at the first text or by console_use(): the console channel if the description gives one,
 * else a port that it grants, else nowhere. Text is formatted into one buffer on the stack and leaves in one piece.
 */
#define LINE_BYTES 256
static struct {
	console_sink *sink;
	void *context;
	struct channel channel;
} console;

static void channel_sink(void *channel, const char *text, size_t length)
{
	channel_write(channel, text, length);
}

static void no_sink(void *context, const char *text, size_t length)
{
	(void)context, (void)text, (void)length;
}

static void choose(void)
{
	if (channel_open_role(&console.channel, ROLE_CONSOLE, 0) == OK)
		console_use(channel_sink, &console.channel);
	else
		console_use(console_port() ? console_port() : no_sink, 0);
}

void console_use(console_sink *sink, void *context)
{
	if (sink != channel_sink)
		console.channel = (struct channel){0};
	console.context = context;
	console.sink = sink;
}

void console_write(const char *text, size_t length)
{
	if (!console.sink)
		choose();
	console.sink(console.context, text, length);
}

void print(const char *text, ...)
{
	char line[LINE_BYTES];
	va_list list;
	size_t length;

	va_start(list, text);
	length = format_list(line, sizeof(line), text, list);
	va_end(list);
	console_write(line, length);
}

size_t console_read(char *buffer, size_t size)
{
	if (!console.sink)
		choose();
	return channel_read(&console.channel, buffer, size);
}

uint64_t console_event(void)
{
	if (!console.sink)
		choose();
	return channel_event(&console.channel);
}
