/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_PROCESS_H
#define TOOLS_PROCESS_H

#include <stdbool.h>
#include <stdio.h>

/* Other programs: an argument list of bounded length, run in the foreground. Strings are not copied. */
#define PROCESS_ARGUMENTS 128
struct process {
	const char *argument[PROCESS_ARGUMENTS + 1];
	int count;
	bool overflow;
};
void process_add(struct process *process, const char *argument);
/* Its exit status; 127 with a message that names `package` if the program is not installed. */
int process_run(const struct process *process, const char *package);
/* The same with its output in a file, which is copied to standard error only if it fails. */
int process_run_quietly(const struct process *process, const char *package, const char *log);
/* In the background, without input; it ends when we end. Its process number, or -1 with a message. */
int process_start(const struct process *process, const char *package, const char *log);
/* As a line that a shell takes. */
void process_print(const struct process *process, FILE *file);

/* A directory of our own, removed with all that is in it. */
#define PROCESS_PATH 4096
bool process_directory(char path[PROCESS_PATH]);
void process_remove(const char *path);

#endif
