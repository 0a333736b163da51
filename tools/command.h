/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

/*
 * The sub-commands of `bulkhead`. Each gets its own name as argv[0] and its arguments behind it, prints its result on
 * standard output and what went wrong on standard error, and returns the exit status: 0 well, 1 refused, 2 misuse.
 */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage, *what;
};

int command_check(int argc, char **argv);
int command_build(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_run(int argc, char **argv);
int command_iso(int argc, char **argv);
int command_new(int argc, char **argv);

#endif
