/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "tests/unit/inspect_sample.h"
#include "tools/command.h"
#include "tools/process.h"

/* Each test works in a directory of its own with the sample as demo.img; `said` is what the command printed. */
static char directory[PROCESS_PATH], said[65536];

static int set_up(void **state)
{
	(void)state;
	uint8_t *package = sample_package();
	if (!process_directory(directory) || chdir(directory))
		return 1;
	FILE *file = fopen("demo.img", "wb");
	size_t written = fwrite(package, 1, SAMPLE_PACKAGE, file);
	free(package);
	return fclose(file) || written != SAMPLE_PACKAGE;
}

static int tear_down(void **state)
{
	(void)state;
	if (chdir("/"))
		return 1;
	process_remove(directory);
	return 0;
}

static size_t read_file(const char *path, char *text, size_t room)
{
	FILE *file = fopen(path, "r");
	size_t length = file ? fread(text, 1, room - 1, file) : 0;
	text[length] = 0;
	if (file)
		fclose(file);
	return length;
}

static int call(int (*command)(int, char **), const char *const *words)
{
	char *list[32];
	int count = 0, before = dup(STDOUT_FILENO);
	for (; words[count]; count++)
		list[count] = strdup(words[count]);
	list[count] = NULL;
	fflush(stdout);
	assert_non_null(freopen("said", "w", stdout));
	int status = command(count, list);
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	read_file("said", said, sizeof(said));
	for (int i = 0; i < count; i++)
		free(list[i]);
	return status;
}
#define CALL(command, ...) call(command, (const char *const[]){__VA_ARGS__, NULL})

static void the_machine_follows_from_the_package(void **state)
{
	(void)state;
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "core.elf", "--dry-run"), 0);
	assert_non_null(strstr(said, "qemu-system-x86_64 -machine q35 "));
	assert_non_null(strstr(said, " -smp 2 "));
	assert_non_null(strstr(said, " -m 256M "));
	assert_non_null(strstr(said, " -kernel core.elf -initrd demo.img\n"));
	assert_null(strstr(said, "-icount"));
}

static void options_change_the_machine_and_the_rest_goes_to_qemu(void **state)
{
	(void)state;
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "core.elf", "--dry-run", "--cpus", "4",
	                      "--memory", "1G", "--icount", "--display", "--", "-d", "int", "a'b"),
	                 0);
	assert_non_null(strstr(said, " -smp 4 "));
	assert_non_null(strstr(said, " -m 1024M "));
	assert_non_null(strstr(said, " -icount shift=0,sleep=off -seed 42 "));
	assert_null(strstr(said, "-display none"));
	assert_non_null(strstr(said, " -d int 'a'\\''b'\n"));
}

static void bochs_has_the_same_machine_and_another_cpu(void **state)
{
	(void)state;
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "core.elf", "--dry-run", "--machine", "bochs"),
	                 0);
	assert_non_null(strstr(said, "cpu: model=corei7_haswell_4770, count=2, "));
	assert_non_null(strstr(said, "memory: guest=256, host=256\n"));
	assert_non_null(strstr(said, "bochs-bin -q "));
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "core.elf", "--dry-run", "--machine", "bochs",
	                      "--model", "ryzen", "--memory", "1G", "--cpus", "1", "--", "debug: action=report"),
	                 0);
	assert_non_null(strstr(said, "cpu: model=ryzen, count=1, "));
	assert_non_null(strstr(said, "memory: guest=1024, host=1024\n"));
	assert_non_null(strstr(said, "\ndebug: action=report\n"));
}

static void what_is_no_package_is_not_booted(void **state)
{
	(void)state;
	assert_int_equal(truncate("demo.img", 100), 0);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "core.elf", "--dry-run"), 1);
	assert_int_equal(CALL(command_iso, "iso", "demo.img", "--core", "core.elf", "-o", "out.iso"), 1);
	assert_int_equal(access("out.iso", F_OK), -1);
	assert_int_equal(CALL(command_run, "run", "no.img", "--core", "core.elf", "--dry-run"), 1);
}

static void a_path_that_qemu_would_split_is_refused(void **state)
{
	(void)state;
	assert_int_equal(rename("demo.img", "my demo.img"), 0);
	assert_int_equal(CALL(command_run, "run", "my demo.img", "--core", "core.elf", "--dry-run"), 1);
	assert_int_equal(CALL(command_run, "run", "my demo.img", "--core", "core.elf", "--dry-run", "--iso"), 0);
	assert_non_null(strstr(said, "-cdrom "));
}

static void without_a_core_or_with_wrong_words_nothing_happens(void **state)
{
	(void)state;
	assert_int_equal(CALL(command_run, "run", "demo.img", "--dry-run"), 1);
	assert_int_equal(CALL(command_run, "run"), 2);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--fast"), 2);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--cpus"), 2);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--machine", "vax"), 2);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--model", "ryzen"), 2);
	assert_int_equal(CALL(command_iso, "iso", "demo.img"), 2);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "c", "--dry-run", "--memory", "much"), 1);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "c", "--dry-run", "--cpus", "16"), 0);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "c", "--dry-run", "--cpus", "0"), 1);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "c", "--dry-run", "--cpus", "17"), 1);
	assert_int_equal(CALL(command_run, "run", "demo.img", "--core", "c", "--dry-run", "--cpus", "2,maxcpus=4"), 1);
}

static void a_new_project_has_its_name_and_no_marks_left(void **state)
{
	static const char *const kinds[] = {"app", "system"};
	char text[16384], path[64];
	struct stat status;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(CALL(command_new, "new", kinds[i], i ? "pump" : "counter"), 0);
		snprintf(path, sizeof(path), "%s/Makefile", i ? "pump" : "counter");
		assert_true(read_file(path, text, sizeof(text)) > 1000);
		assert_non_null(strstr(text, i ? "\nNAME := pump\n" : "\nNAME := counter\n"));
		assert_null(strstr(text, "@NAME@"));
		assert_null(strstr(text, "@BULKHEAD@"));
		assert_null(strstr(text, "@HEAD@"));
		assert_null(strstr(text, "@TAIL@"));
	}
	assert_int_equal(stat("counter/counter.xml", &status), 0);
	assert_int_equal(stat("pump/sensor/main.c", &status), 0);
	assert_true(read_file("counter/test.c", text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "counter: step 1"));
}

static void a_new_project_never_overwrites_and_has_a_plain_name(void **state)
{
	(void)state;
	assert_int_equal(CALL(command_new, "new", "app", "counter"), 0);
	assert_int_equal(CALL(command_new, "new", "app", "counter"), 1);
	assert_int_equal(CALL(command_new, "new", "app", "../counter"), 2);
	assert_int_equal(CALL(command_new, "new", "app", "Counter"), 2);
	assert_int_equal(CALL(command_new, "new", "app", ""), 2);
	assert_int_equal(CALL(command_new, "new", "app", "counter-"), 2);
	assert_int_equal(CALL(command_new, "new", "app", "a-name-that-is-too-long"), 2);
	assert_int_equal(CALL(command_new, "new", "driver", "counter"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(the_machine_follows_from_the_package),
	        TEST(options_change_the_machine_and_the_rest_goes_to_qemu),
	        TEST(bochs_has_the_same_machine_and_another_cpu),
	        TEST(what_is_no_package_is_not_booted),
	        TEST(a_path_that_qemu_would_split_is_refused),
	        TEST(without_a_core_or_with_wrong_words_nothing_happens),
	        TEST(a_new_project_has_its_name_and_no_marks_left),
	        TEST(a_new_project_never_overwrites_and_has_a_plain_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
