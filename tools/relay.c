/* SPDX-License-Identifier: ISC */
/* One loop around poll(); a signal only sets a flag, so that the caller ends the machine and removes its files. */
#include "tools/relay.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define CONTROL_A 1
#define WAIT_MS 100

static volatile sig_atomic_t ended;

static void note_end(int signal)
{
	(void)signal;
	ended = 1;
}

bool relay_open(struct relay *relay)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	ended = 0;
	relay->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (relay->listening < 0 || bind(relay->listening, (struct sockaddr *)&address, length) ||
	    listen(relay->listening, 1) || getsockname(relay->listening, (struct sockaddr *)&address, &length)) {
		fprintf(stderr, "bulkhead run: no local socket for the serial line: %s\n", strerror(errno));
		return false;
	}
	relay->port = ntohs(address.sin_port);
	return true;
}

static bool lives(int child)
{
	siginfo_t info = {0};
	return !waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid == 0;
}

/* The machine's end of the line, or -1 if it ends before it has one. */
static int wait_for_line(const struct relay *relay, int child)
{
	struct pollfd poll_fd = {.fd = relay->listening, .events = POLLIN};
	while (!ended && lives(child))
		if (poll(&poll_fd, 1, WAIT_MS) > 0)
			return accept4(relay->listening, NULL, NULL, SOCK_CLOEXEC);
	return -1;
}

static bool put(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t done = write(fd, bytes, length);
		if (done < 0 && (errno != EINTR || ended))
			return false;
		bytes += done < 0 ? 0 : done;
		length -= done < 0 ? 0 : (size_t)done;
	}
	return true;
}

/* What a person types: Ctrl-A is for us. */
static bool put_typed(int line, const char *bytes, size_t length)
{
	static bool escape;
	for (size_t i = 0; i < length; i++) {
		if (!escape && bytes[i] == CONTROL_A) {
			escape = true;
			continue;
		}
		if (escape && (bytes[i] == 'x' || bytes[i] == 'X'))
			ended = 1;
		else if ((!escape || bytes[i] == CONTROL_A) && !put(line, bytes + i, 1))
			return false;
		escape = false;
	}
	return true;
}

static bool pass(int line, bool terminal)
{
	struct pollfd fds[] = {{.fd = line, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
	while (!ended) {
		char bytes[4096];
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents) {
			ssize_t length = read(line, bytes, sizeof(bytes));
			if (length <= 0 || !put(STDOUT_FILENO, bytes, (size_t)length))
				return length <= 0;
		}
		if (fds[1].revents) {
			ssize_t length = read(STDIN_FILENO, bytes, sizeof(bytes));
			if (length <= 0)
				fds[1].fd = -1; /* nothing more will be typed; what the machine says still counts */
			else if (!(terminal ? put_typed : put)(line, bytes, (size_t)length))
				return true;
		}
	}
	return false;
}

bool relay_run(struct relay *relay, int child)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action = {.sa_handler = note_end};
	struct termios before, raw;
	bool terminal = !tcgetattr(STDIN_FILENO, &before);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	int line = wait_for_line(relay, child);
	close(relay->listening);
	if (line < 0)
		return !ended;
	if (terminal) {
		raw = before;
		cfmakeraw(&raw);
		raw.c_oflag = before.c_oflag;
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	bool gone = pass(line, terminal);
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	close(line);
	return gone;
}
