/* SPDX-License-Identifier: ISC */
/*
 * `bulkhead iso`: a directory with GRUB's menu, the core and the package, turned into an image by grub-mkrescue. The core
 * and the package in it are byte for byte those given; GRUB's own part holds the date, by which it finds its disc again.
 */
#include "tools/iso.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools/beside.h"
#include "tools/command.h"
#include "tools/inspect/package.h"
#include "tools/process.h"

static const char usage[] = "usage: bulkhead iso IMAGE -o OUT.iso [--core ELF]\n"
                            "Makes an ISO image that boots IMAGE by GRUB on BIOS and UEFI machines.\n";

/* Both consoles: a board without a UART still shows the menu, and the emulator's serial line has it too. */
static const char menu[] = "set timeout=0\n"
                           "set default=0\n"
                           "serial --unit=0 --speed=115200\n"
                           "insmod all_video\n"
                           "terminal_input console serial\n"
                           "terminal_output console serial\n"
                           "menuentry \"Bulkhead\" {\n"
                           "\tmultiboot2 /boot/core.elf\n"
                           "\tmodule2 /boot/package.img\n"
                           "\tboot\n"
                           "}\n";

static bool copy(const char *from, const char *to)
{
	char block[65536];
	size_t length = 0;
	FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
	bool good = in && out;
	while (good && (length = fread(block, 1, sizeof(block), in)) > 0)
		good = fwrite(block, 1, length, out) == length;
	good = good && !ferror(in);
	if (in)
		fclose(in);
	if (out)
		good &= !fclose(out);
	if (!good)
		fprintf(stderr, "bulkhead iso: cannot copy %s: %s\n", from, strerror(errno));
	return good;
}

static bool write_menu(const char *path, const char *before)
{
	FILE *file = fopen(path, "w");
	bool good = file && fputs(before, file) >= 0 && fputs(menu, file) >= 0;
	if (file)
		good &= !fclose(file);
	if (!good)
		fprintf(stderr, "bulkhead iso: cannot write %s: %s\n", path, strerror(errno));
	return good;
}

static bool fill(const char *directory, const char *core, const char *package, const char *before)
{
	char path[PROCESS_PATH + 32];
	static const char *const folders[] = {"/boot", "/boot/grub"};
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", directory, folders[i]);
		if (mkdir(path, 0755)) {
			fprintf(stderr, "bulkhead iso: cannot make %s: %s\n", path, strerror(errno));
			return false;
		}
	}
	snprintf(path, sizeof(path), "%s/boot/grub/grub.cfg", directory);
	if (!write_menu(path, before))
		return false;
	snprintf(path, sizeof(path), "%s/boot/core.elf", directory);
	if (!copy(core, path))
		return false;
	snprintf(path, sizeof(path), "%s/boot/package.img", directory);
	return copy(package, path);
}

static bool make(const char *directory, const char *out)
{
	char log[PROCESS_PATH + 32];
	struct process process = {0};
	static const char *const words[] = {"grub-mkrescue", "--fonts=", "--themes=", "--locales=", "-o"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		process_add(&process, words[i]);
	process_add(&process, out);
	process_add(&process, directory);
	snprintf(log, sizeof(log), "%s.log", directory);
	int status = process_run_quietly(&process, "grub-common, xorriso, mtools", log);
	remove(log);
	return status == 0;
}

bool iso_write(const char *core, const char *package, const char *before, const char *out)
{
	char directory[PROCESS_PATH];
	if (!process_directory(directory))
		return false;
	bool good = fill(directory, core, package, before) && make(directory, out);
	process_remove(directory);
	return good;
}

static bool is_package(const char *path)
{
	char problem[PACKAGE_PROBLEM];
	size_t size = 0;
	uint8_t *bytes = package_read(path, &size);
	bool good = bytes != NULL;
	if (good && !(good = package_check(bytes, size, problem)))
		fprintf(stderr, "%s: %s\n", path, problem);
	free(bytes);
	return good;
}

int command_iso(int argc, char **argv)
{
	const char *image = NULL, *out = NULL, *core = NULL;
	char path[BESIDE_PATH];
	for (int i = 1; i < argc; i++) {
		const char **value = !strcmp(argv[i], "-o") ? &out : !strcmp(argv[i], "--core") ? &core : NULL;
		if (value ? i + 1 == argc : image || argv[i][0] == '-') {
			fputs(usage, stderr);
			return 2;
		}
		*(value ? value : &image) = value ? argv[++i] : argv[i];
	}
	if (!image || !out) {
		fputs(usage, stderr);
		return 2;
	}
	if (!core && !beside(path, "core.elf")) {
		fprintf(stderr, "bulkhead iso: no core.elf beside this program: build it, or name one with --core\n");
		return 1;
	}
	return is_package(image) && iso_write(core ? core : path, image, "", out) ? 0 : 1;
}
