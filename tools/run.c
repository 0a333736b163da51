/* SPDX-License-Identifier: ISC */
/*
 * `bulkhead run`: boots a package in QEMU or Bochs, with as many CPUs as its schedules use and as much memory as it
 * needs, unless told otherwise. A description is compiled into a directory of its own first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "abi/config.h"
#include "tools/beside.h"
#include "tools/bochs.h"
#include "tools/command.h"
#include "tools/inspect/package.h"
#include "tools/inspect/platform.h"
#include "tools/inspect/target.h"
#include "tools/iso.h"
#include "tools/process.h"

static const char usage[] =
        "usage: bulkhead run IMAGE|SYSTEM.xml [OPTION]... [-- OPTION OF THE EMULATOR...]\n"
        "Boots a package in an emulator; the serial console is this terminal. Ctrl-A X ends it.\n"
        "  --machine M    qemu (default; its CPU has AMD-V) or bochs (Intel VT-x; slower)\n"
        "  --model CPU    bochs: one of its CPU models (default: " BOCHS_MODEL ")\n"
        "  --cpus N       physical CPUs (default: as many as the schedules use)\n"
        "  --memory SIZE  RAM (default: the smallest of 256M, 512M, 1G ... that the system fits into)\n"
        "  --icount       count instructions as time: two runs give the same bytes; bochs always does\n"
        "  --display      open a window for the VGA screen\n"
        "  --iso          boot by GRUB from an ISO image instead of directly; bochs always does\n"
        "  --core ELF     the core (default: core.elf beside this program)\n"
        "  -I DIR         for a description: where its files are looked for\n"
        "  --dry-run      print the command, do not run it\n";

#define INCLUDES 16
struct run {
	const char *image, *cpus, *memory, *core, *machine, *model;
	const char *include[INCLUDES];
	int include_count;
	bool icount, display, iso, dry_run;
	char **extra;
	char directory[PROCESS_PATH]; /* "" until something is made */
	char core_found[BESIDE_PATH], package[PROCESS_PATH + 32], disc[PROCESS_PATH + 32];
	char cpus_text[16], memory_text[32];
};

static bool parse_word(struct run *run, int argc, char **argv, int *at)
{
	const struct {
		const char *name;
		const char **value;
		bool *flag;
	} table[] = {{"--cpus", &run->cpus, NULL},       {"--memory", &run->memory, NULL},
	             {"--machine", &run->machine, NULL}, {"--model", &run->model, NULL},
	             {"--core", &run->core, NULL},       {"--icount", NULL, &run->icount},
	             {"--display", NULL, &run->display}, {"--iso", NULL, &run->iso},
	             {"--dry-run", NULL, &run->dry_run}};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(argv[*at], table[i].name))
			continue;
		if (table[i].flag)
			*table[i].flag = true;
		else if (++*at == argc)
			return false;
		else
			*table[i].value = argv[*at];
		return true;
	}
	if (!strcmp(argv[*at], "-I")) {
		if (++*at == argc || run->include_count == INCLUDES)
			return false;
		run->include[run->include_count++] = argv[*at];
		return true;
	}
	if (argv[*at][0] == '-' || run->image)
		return false;
	run->image = argv[*at];
	return true;
}

static bool parse(struct run *run, int argc, char **argv)
{
	static char *none[] = {NULL};
	run->extra = none;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			run->extra = argv + i + 1;
			break;
		}
		if (!parse_word(run, argc, argv, &i))
			return false;
	}
	bool qemu = !run->machine || !strcmp(run->machine, "qemu"), bochs = !qemu && !strcmp(run->machine, "bochs");
	return run->image && (qemu ? !run->model : bochs && !run->display);
}

static bool in_bochs(const struct run *run)
{
	return run->machine && !strcmp(run->machine, "bochs");
}

static bool is_description(const char *path)
{
	size_t length = strlen(path);
	return length > 4 && !strcmp(path + length - 4, ".xml");
}

static bool own_directory(struct run *run)
{
	return run->directory[0] || process_directory(run->directory);
}

/* Leaves the path of the package in run->package. */
static bool build(struct run *run)
{
	char name[] = "build", option[] = "-o", include[] = "-I", own[BESIDE_PATH];
	char *arguments[7 + 2 * INCLUDES] = {name, strdup(run->image), option, run->package};
	int count = 4;
	if (!is_description(run->image)) {
		snprintf(run->package, sizeof(run->package), "%.4095s", run->image);
		free(arguments[1]);
		return true;
	}
	if (!own_directory(run)) {
		free(arguments[1]);
		return false;
	}
	snprintf(run->package, sizeof(run->package), "%s/package.img", run->directory);
	for (int i = 0; i < run->include_count; i++) {
		arguments[count++] = include;
		arguments[count++] = strdup(run->include[i]);
	}
	int given = count;
	if (beside(own, ".")) { /* the applications that ship lie beside this program */
		arguments[count++] = include;
		arguments[count++] = own;
	}
	arguments[count] = NULL;
	int status = command_build(count, arguments);
	free(arguments[1]);
	for (int i = 5; i < given; i += 2)
		free(arguments[i]);
	return status == 0;
}

static bool is_cpu_count(const char *text)
{
	char *end;
	unsigned long count = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && count >= 1 && count <= CONFIG_MAX_CPUS;
}

/* The machine that the package needs, from its own tables. */
static bool measure(struct run *run)
{
	char problem[PACKAGE_PROBLEM];
	size_t size = 0;
	uint64_t memory = 0;
	struct platform platform;
	uint8_t *bytes = package_read(run->package, &size);
	bool good = bytes != NULL;
	if (good && !(good = package_check(bytes, size, problem)))
		fprintf(stderr, "%s: %s\n", run->package, problem);
	if (good) {
		const struct config_header *config = (const void *)bytes;
		snprintf(run->cpus_text, sizeof(run->cpus_text), "%u", config->cpu_count);
		if (!run->memory && !(good = target_default(&platform, config, run->core, &memory)))
			fprintf(stderr, "%s: does not fit into 64 GiB; see bulkhead inspect\n", run->package);
		snprintf(run->memory_text, sizeof(run->memory_text), "%lluM", (unsigned long long)(memory >> 20));
	}
	free(bytes);
	if (run->memory && good && !(good = platform_size(run->memory) >> 20 != 0))
		fprintf(stderr, "bulkhead run: --memory %s: not a size of at least 1M\n", run->memory);
	else if (run->memory)
		snprintf(run->memory_text, sizeof(run->memory_text), "%lluM",
		         (unsigned long long)(platform_size(run->memory) >> 20));
	if (run->cpus && good && !(good = is_cpu_count(run->cpus)))
		fprintf(stderr, "bulkhead run: --cpus %s: not a number from 1 to %u\n", run->cpus, CONFIG_MAX_CPUS);
	else if (run->cpus)
		snprintf(run->cpus_text, sizeof(run->cpus_text), "%.8s", run->cpus);
	return good;
}

static void add_all(struct process *process, const char *const *words)
{
	for (; *words; words++)
		process_add(process, *words);
}

static void describe_machine(const struct run *run, struct process *process)
{
	static const char *const always[] = {
	        "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-cpu", "max", "-nic", "none",
	        "-no-reboot",         NULL};
	static const char *const exact[] = {"-icount", "shift=0,sleep=off",        "-seed", "42",
	                                    "-rtc",    "base=2026-01-01,clock=vm", NULL};
	static const char *const screenless[] = {"-display", "none", NULL};
	add_all(process, always);
	process_add(process, "-smp");
	process_add(process, run->cpus_text);
	process_add(process, "-m");
	process_add(process, run->memory_text);
	process_add(process, "-serial");
	process_add(process, "mon:stdio");
	if (run->icount)
		add_all(process, exact);
	if (!run->display)
		add_all(process, screenless);
}

/* QEMU splits module lists at commas and arguments at blanks. */
static bool is_module_path(const char *path)
{
	if (!strpbrk(path, " ,"))
		return true;
	fprintf(stderr, "%s: QEMU cannot load a module from a path with a blank or comma; use --iso\n", path);
	return false;
}

/* Leaves the path of the disc in run->disc. */
static bool make_disc(struct run *run, const char *before)
{
	if (!own_directory(run))
		return false;
	snprintf(run->disc, sizeof(run->disc), "%s/bulkhead.iso", run->directory);
	return run->dry_run || iso_write(run->core, run->package, before, run->disc);
}

static bool describe_boot(struct run *run, struct process *process)
{
	if (!run->iso) {
		process_add(process, "-kernel");
		process_add(process, run->core);
		process_add(process, "-initrd");
		process_add(process, run->package);
		return is_module_path(run->package);
	}
	process_add(process, "-cdrom");
	process_add(process, run->disc);
	return make_disc(run, "");
}

static int boot_qemu(struct run *run)
{
	struct process process = {0};
	describe_machine(run, &process);
	if (!describe_boot(run, &process))
		return 1;
	add_all(&process, (const char *const *)run->extra);
	if (!run->dry_run)
		return process_run(&process, "qemu-system-x86");
	process_print(&process, stdout);
	return 0;
}

static int boot_bochs(struct run *run)
{
	run->memory_text[strlen(run->memory_text) - 1] = 0; /* the unit */
	const struct bochs bochs = {
	        .model = run->model ? run->model : BOCHS_MODEL,
	        .cpus = run->cpus_text,
	        .memory_mib = run->memory_text,
	        .disc = run->disc,
	        .extra = run->extra,
	        .directory = run->directory,
	};
	return make_disc(run, bochs_menu) && bochs_run(&bochs, run->dry_run) ? 0 : 1;
}

static int boot(struct run *run)
{
	if (!run->core && !beside(run->core_found, "core.elf")) {
		fprintf(stderr, "bulkhead run: no core.elf beside this program: build it, or name one with --core\n");
		return 1;
	}
	if (!run->core)
		run->core = run->core_found;
	if (!build(run) || !measure(run))
		return 1;
	return in_bochs(run) ? boot_bochs(run) : boot_qemu(run);
}

int command_run(int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	if (!run || !parse(run, argc, argv)) {
		fputs(usage, stderr);
		free(run);
		return 2;
	}
	int status = boot(run);
	if (run->directory[0])
		process_remove(run->directory);
	free(run);
	return status;
}
