/* SPDX-License-Identifier: ISC */
/* bulkhead: one host command, a sub-command per job. */
#include <stdio.h>
#include <string.h>
#include "tools/command.h"

static const struct command commands[] = {
        {"check", command_check, "check FILE.xml [--explain]",
         "check a system description; print it with all defaults"},
        {"build", command_build, "build FILE.xml -o OUT.img", "compile a system description to a package"},
        {"inspect", command_inspect, "inspect IMAGE [--json|--html FILE|--prove]",
         "report what a package is, from its binary"},
        {"run", command_run, "run IMAGE|FILE.xml [-- QEMU OPTIONS]", "boot it in QEMU"},
        {"iso", command_iso, "iso IMAGE -o OUT.iso", "make a bootable image for BIOS and UEFI"},
        {"new", command_new, "new app|system NAME", "start a project of your own"},
};

static int usage(FILE *out)
{
	fputs("usage: bulkhead COMMAND ...\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-44s %s\n", commands[i].usage, commands[i].what);
	fputs("check and build also take: -I DIR (where files are, repeatable); --memory SIZE or --platform FILE (the "
	      "board)\n",
	      out);
	return out == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help"))
		return usage(stdout);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "bulkhead: there is no command \"%s\"\n", argv[1]);
	return usage(stderr);
}
