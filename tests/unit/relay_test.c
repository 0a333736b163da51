/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <cmocka.h>
#include "tools/relay.h"

/* The machine is a child of ours; what is typed comes from a pipe, and what the relay prints goes into one. */
static struct relay relay;
static int typed[2], printed[2], saved[2];

static int set_up(void **state)
{
	(void)state;
	saved[0] = dup(STDIN_FILENO);
	saved[1] = dup(STDOUT_FILENO);
	return pipe(typed) || pipe(printed) || !relay_open(&relay);
}

static int tear_down(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		close(typed[i]);
		close(printed[i]);
		close(saved[i]);
	}
	return 0;
}

static bool run_with(int child)
{
	fflush(stdout);
	dup2(typed[0], STDIN_FILENO);
	dup2(printed[1], STDOUT_FILENO);
	bool gone = relay_run(&relay, child);
	dup2(saved[0], STDIN_FILENO);
	dup2(saved[1], STDOUT_FILENO);
	return gone;
}

static int connected(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	                              .sin_port = htons((uint16_t)relay.port)};
	int line = socket(AF_INET, SOCK_STREAM, 0);
	if (line < 0 || connect(line, (struct sockaddr *)&address, sizeof(address)))
		_exit(1);
	return line;
}

/* Says "ready", and what it is told until the end of a line, backwards. */
static void machine(void)
{
	char bytes[16];
	size_t count = 0;
	int line = connected();
	if (write(line, "ready ", 6) != 6)
		_exit(1);
	while (count < sizeof(bytes) && read(line, bytes + count, 1) == 1 && bytes[count] != '\n')
		count++;
	while (count)
		if (write(line, &bytes[--count], 1) != 1)
			_exit(1);
	_exit(0);
}

static void both_directions_pass_until_the_machine_is_gone(void **state)
{
	char text[64] = "";
	int status;
	(void)state;
	assert_int_equal(write(typed[1], "abc\n", 4), 4);
	int child = fork();
	if (child == 0)
		machine();
	assert_true(run_with(child));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(read(printed[0], text, sizeof(text)), 9);
	assert_string_equal(text, "ready cba");
}

static void a_machine_that_never_answers_is_noticed(void **state)
{
	(void)state;
	int child = fork();
	if (child == 0)
		_exit(3);
	assert_true(run_with(child));
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_signal_ends_the_relay_but_not_the_machine(void **state)
{
	(void)state;
	assert_int_equal(write(typed[1], "x", 1), 1);
	int child = fork();
	if (child == 0) {
		char byte;
		int line = connected();
		if (read(line, &byte, 1) != 1) /* so it is in its loop */
			_exit(1);
		kill(getppid(), SIGTERM);
		pause();
		close(line);
	}
	assert_false(run_with(child));
	assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(both_directions_pass_until_the_machine_is_gone),
	        TEST(a_machine_that_never_answers_is_noticed),
	        TEST(a_signal_ends_the_relay_but_not_the_machine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
