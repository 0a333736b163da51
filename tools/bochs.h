/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_BOCHS_H
#define TOOLS_BOCHS_H

#include <stdbool.h>

/*
 * Bochs as a machine: a PC with VT-x (or, as model "ryzen", AMD-V) whose time is counted in instructions, 100 million to
 * the second. It boots from a disc only. Its serial line is our standard input and output.
 */
#define BOCHS_MODEL "corei7_haswell_4770"
struct bochs {
	const char *model, *cpus, *memory_mib, *disc;
	char *const *extra;    /* further lines of its configuration, up to NULL */
	const char *directory; /* of our own, for its files */
};
/*
 * A line of GRUB's menu: moves Bochs' power management to port 0x600, where QEMU's q35 has it, so that a description for
 * the one switches the other off too.
 */
extern const char bochs_menu[];
/* True when the machine has switched itself off or was ended here; false with a message. Prints only, if `dry`. */
bool bochs_run(const struct bochs *bochs, bool dry);

#endif
