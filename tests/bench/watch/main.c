/* SPDX-License-Identifier: ISC */
/*
 * Takes the place of the console application in a system that is measured: prints what every console channel carries,
 * line by line with the subject's name, and, at the first shell prompt of a guest, the exits so far. After `seconds`
 * of virtual time it ends the emulator. Nothing here depends on a person, so two runs of it must be alike.
 */
#include "abi/config.h"
#include "lib/text.h"
#include "sdk/console_port.h"
#include "sdk/sdk.h"

#define CONSOLES 8u
#define LINE 200u
#define EXIT_PORT 0xf4

struct console {
	struct channel channel;
	const char *name;
	uint32_t used;
	bool shell;
	char line[LINE + 1];
};
static struct console consoles[CONSOLES];

static const char *const reasons[EXIT_COUNT] = {"hypercall",   "cpuid",  "msr",   "port",    "memory",    "halt",
                                                "interrupt",   "window", "nmi",   "control", "exception", "shutdown",
                                                "instruction", "pause",  "entry", "eoi",     "(timer)",   "(handover)"};

/* The subject behind a console channel; of a guest, not its layer. */
static const char *owner(const struct info_channel *channel)
{
	const struct info_subject *peer = info_subject(channel->peer);

	if (peer && peer->kind == KIND_LAYER && info_subject_id(peer->partner))
		return info_subject_id(peer->partner)->name;
	return channel->peer;
}

static void print_exits(const char *name)
{
	const struct info_subject *subject = info_subject(name);
	const struct stats *stats = stats_get();

	for (uint32_t i = 0; subject && i < EXIT_COUNT; i++)
		print("EXITS %s %s %lu\n", name, reasons[i], stats_read(&stats->vcpu[subject->vcpu_first].exits[i]));
}

static void print_start(void)
{
	const struct stats *stats = stats_get();

	print("START entry=%lu first=%lu load=%lu\n", stats->entry_tsc, stats->first_tsc, stats->load_ticks);
	print("RAM core=%lu pristine=%lu\n", stats->core_bytes, stats->pristine_bytes);
}

static void flush(struct console *console)
{
	console->line[console->used] = 0;
	print("%s| %s\n", console->name, console->line);
	console->used = 0;
}

static void take(struct console *console, char c)
{
	if (c == '\n' || console->used == LINE)
		flush(console);
	if (c >= ' ' && c <= '~')
		console->line[console->used++] = c;
	console->line[console->used] = 0;
	if (!console->shell && text_equal(console->line, "~ # ")) {
		console->shell = true;
		print("SHELL %s at=%lu\n", console->name, clock_tsc());
		print_exits(console->name);
	}
}

static uint64_t serve(void)
{
	uint64_t events = 0;
	char bytes[64];
	size_t count;

	for (uint32_t i = 0; i < CONSOLES && consoles[i].name; i++) {
		while ((count = channel_read(&consoles[i].channel, bytes, sizeof(bytes))) != 0)
			for (size_t j = 0; j < count; j++)
				take(&consoles[i], bytes[j]);
		events |= channel_event(&consoles[i].channel);
	}
	return events;
}

int main(void)
{
	uint64_t end = clock_tsc_from_ns(info_option_time("seconds", 5 * CLOCK_S));

	console_use(console_port(), 0); /* not the first of the channels that it watches */
	print_start();
	for (uint32_t i = 0; i < CONSOLES; i++) {
		const struct info_channel *channel = info_channel_role(ROLE_CONSOLE, i);
		if (channel && channel_open_info(&consoles[i].channel, channel) == OK)
			consoles[i].name = owner(channel);
	}
	while (clock_tsc() < end)
		event_wait(serve(), end);
	for (uint32_t i = 0; i < CONSOLES && consoles[i].name; i++)
		flush(&consoles[i]);
	print("END at=%lu\n", clock_tsc());
	port_write32(EXIT_PORT, 0);
	return 0;
}
