/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_RELAY_H
#define TOOLS_RELAY_H

#include <stdbool.h>

/*
 * A machine's serial line that arrives by a local TCP socket, on standard input and output. A terminal is put into raw
 * mode meanwhile; there Ctrl-A X ends, and Ctrl-A Ctrl-A is one Ctrl-A.
 */
struct relay {
	int listening, port;
};
bool relay_open(struct relay *relay);
/* Passes bytes on until the machine, process `child`, is gone (true) or the user or a signal ends it (false). */
bool relay_run(struct relay *relay, int child);

#endif
