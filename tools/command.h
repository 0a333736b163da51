/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

/*
 * A sub-command: argv[0] is its name. Prints its result on standard output and what went wrong on standard error.
 * Returns the exit status: 0 good, 1 the input is wrong, 2 the call is wrong.
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
