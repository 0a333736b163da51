/* SPDX-License-Identifier: ISC */
/* No shell in between: arguments arrive as they are, whatever characters a path has. */
#include "tools/process.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void process_add(struct process *process, const char *argument)
{
	if (process->count == PROCESS_ARGUMENTS) {
		process->overflow = true;
		return;
	}
	process->argument[process->count++] = argument;
	process->argument[process->count] = NULL;
}

static void start(const struct process *process, const char *package, const char *log)
{
	char *list[PROCESS_ARGUMENTS + 1];
	int errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (log && (!freopen(log, "w", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0))
		_exit(126);
	memcpy(list, process->argument, sizeof(list));
	signal(SIGINT, SIG_DFL);
	execvp(list[0], list);
	dprintf(errors, "bulkhead: cannot start %s: %s (package %s)\n", list[0], strerror(errno), package);
	_exit(127);
}

static bool fits(const struct process *process)
{
	if (process->overflow)
		fprintf(stderr, "bulkhead: more than %d arguments for %s\n", PROCESS_ARGUMENTS, process->argument[0]);
	fflush(NULL);
	return !process->overflow;
}

/* The terminal's interrupt key is for the program in front; we only wait, so that we can clean up behind it. */
static int run(const struct process *process, const char *package, const char *log)
{
	int status = 0;
	if (!fits(process))
		return 127;
	void (*before)(int) = signal(SIGINT, SIG_IGN);
	pid_t child = fork();
	if (child == 0)
		start(process, package, log);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	signal(SIGINT, before);
	if (child < 0) {
		fprintf(stderr, "bulkhead: cannot start %s: %s\n", process->argument[0], strerror(errno));
		return 127;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int process_start(const struct process *process, const char *package, const char *log)
{
	pid_t parent = getpid(), child = fits(process) ? fork() : -1;
	if (child == 0) {
		setsid(); /* the terminal is not for it */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent || !freopen("/dev/null", "r", stdin))
			_exit(126);
		start(process, package, log);
	}
	if (child < 0)
		fprintf(stderr, "bulkhead: cannot start %s: %s\n", process->argument[0], strerror(errno));
	return child;
}

int process_run(const struct process *process, const char *package)
{
	return run(process, package, NULL);
}

int process_run_quietly(const struct process *process, const char *package, const char *log)
{
	int c, status = run(process, package, log);
	FILE *file = status ? fopen(log, "r") : NULL;
	if (!file)
		return status;
	while ((c = fgetc(file)) != EOF)
		fputc(c, stderr);
	fclose(file);
	return status;
}

static bool plain(const char *text)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,=:+@%";
	return *text && text[strspn(text, good)] == 0;
}

static void put_quoted(const char *text, FILE *file)
{
	if (plain(text)) {
		fputs(text, file);
		return;
	}
	fputc('\'', file);
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", file);
		fputc(*text, file);
	}
	fputc('\'', file);
}

void process_print(const struct process *process, FILE *file)
{
	for (int i = 0; i < process->count; i++) {
		if (i)
			fputc(' ', file);
		put_quoted(process->argument[i], file);
	}
	fputc('\n', file);
}

bool process_directory(char path[PROCESS_PATH])
{
	const char *base = getenv("TMPDIR");
	snprintf(path, PROCESS_PATH, "%.4000s/bulkhead.XXXXXX", base && *base ? base : "/tmp");
	if (mkdtemp(path))
		return true;
	fprintf(stderr, "bulkhead: cannot make a directory %s: %s\n", path, strerror(errno));
	return false;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

void process_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
