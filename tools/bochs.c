/* SPDX-License-Identifier: ISC */
/*
 * Debian's Bochs has a debugger in front, told to go on by a file, and always a screen, here curses without a terminal.
 * It catches SIGTERM and hangs, so it is ended by SIGKILL, also when we end first.
 */
#include "tools/bochs.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "tools/process.h"
#include "tools/relay.h"

#define PATH (PROCESS_PATH + 32)
#define HOST_MIB \
	2048ul /* the most that Bochs takes from its host at once: of a larger machine it keeps the rest in a file */
#define SWITCHED_OFF "ACPI control: soft power off"

const char bochs_menu[] = "setpci -d 8086:7113 40.l=0x601\n";

static void describe(const struct bochs *bochs, int port, FILE *file)
{
	unsigned long mib = strtoul(bochs->memory_mib, NULL, 10);
	fprintf(file,
	        "cpu: model=%s, count=%s, ips=100000000, reset_on_triple_fault=0\n"
	        "memory: guest=%s, host=%lu\n"
	        "romimage: file=/usr/share/bochs/BIOS-bochs-latest\n"
	        "vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest\n"
	        "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
	        "ata0-master: type=cdrom, path=\"%s\", status=inserted\n"
	        "boot: cdrom\n"
	        "display_library: term, options=\"hideIPS\"\n"
	        "sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy\n"
	        "speaker: enabled=0\n"
	        "clock: sync=none, time0=1767225600\n"
	        "com1: enabled=1, mode=socket-client, dev=127.0.0.1:%d\n"
	        "log: %s/bochs.log\n"
	        "panic: action=fatal\n"
	        "info: action=ignore\n",
	        bochs->model, bochs->cpus, bochs->memory_mib, mib < HOST_MIB ? mib : HOST_MIB, bochs->disc, port,
	        bochs->directory);
	for (char *const *line = bochs->extra; *line; line++)
		fprintf(file, "%s\n", *line);
}

static bool write_files(const struct bochs *bochs, int port, const char *configuration, const char *commands)
{
	FILE *file = fopen(configuration, "w");
	bool good = file != NULL;
	if (good) {
		describe(bochs, port, file);
		good = !fclose(file) && (file = fopen(commands, "w"));
	}
	if (good)
		good = fputs("c\n", file) >= 0 && !fclose(file);
	if (!good)
		fprintf(stderr, "bulkhead run: cannot write into %s\n", bochs->directory);
	return good;
}

/* There is no log yet when Bochs reads its configuration: what it minds it says on its screen, with the file's name. */
static bool say_refusal(const struct bochs *bochs)
{
	char path[PATH], line[512];
	snprintf(path, sizeof(path), "%s/screen", bochs->directory);
	FILE *file = fopen(path, "r");
	fprintf(stderr, "bulkhead run: Bochs refuses its configuration (bochs-bin -help cpu lists its models):\n");
	while (file && fgets(line, sizeof(line), file))
		if (strstr(line, "/bochsrc:") && strchr(line, ']'))
			fprintf(stderr, " %s", strchr(line, ']') + 1);
	if (file)
		fclose(file);
	return false;
}

/* Bochs ends with status 1 however it ends: its log says why. */
static bool switched_off(const struct bochs *bochs)
{
	char path[PATH], line[512], last[4][512] = {"", "", "", ""};
	unsigned count = 0;
	snprintf(path, sizeof(path), "%s/bochs.log", bochs->directory);
	FILE *file = fopen(path, "r");
	bool found = false;
	if (!file)
		return say_refusal(bochs);
	while (fgets(line, sizeof(line), file)) {
		found = found || strstr(line, SWITCHED_OFF);
		memcpy(last[count++ % 4], line, sizeof(line));
	}
	fclose(file);
	if (!found)
		fprintf(stderr, "bulkhead run: Bochs has stopped; the end of its log:\n");
	for (unsigned i = 0; i < 4 && !found; i++)
		fputs(last[(count + i) % 4], stderr);
	return found;
}

bool bochs_run(const struct bochs *bochs, bool dry)
{
	char configuration[PATH], commands[PATH], log[PATH];
	struct relay relay;
	struct process process = {.argument = {"bochs-bin", "-q", "-f", configuration, "-rc", commands}, .count = 6};
	snprintf(configuration, sizeof(configuration), "%s/bochsrc", bochs->directory);
	snprintf(commands, sizeof(commands), "%s/commands", bochs->directory);
	snprintf(log, sizeof(log), "%s/screen", bochs->directory);
	if (dry) {
		describe(bochs, 0, stdout);
		process_print(&process, stdout);
		return true;
	}
	if (!relay_open(&relay) || !write_files(bochs, relay.port, configuration, commands))
		return false;
	setenv("TERM", "vt100", 1);
	int status, child = process_start(&process, "bochs, bochs-term, bochsbios", log);
	if (child < 0)
		return false;
	bool gone = relay_run(&relay, child);
	if (!gone)
		kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return !gone || switched_off(bochs);
}
