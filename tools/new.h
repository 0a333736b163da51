/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_NEW_H
#define TOOLS_NEW_H

/* What `bulkhead new` writes: text files in which @NAME@ and @BULKHEAD@ are replaced, in paths as in texts. */
struct new_file {
	const char *path, *text; /* a path of NULL ends the list */
};
extern const struct new_file new_app_files[], new_system_files[];
/* The parts of a Makefile that both kinds of project share, up to their own rules. */
extern const char new_makefile_head[], new_makefile_tail[];

#endif
