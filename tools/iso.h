/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ISO_H
#define TOOLS_ISO_H

#include <stdbool.h>

/*
 * A bootable image for BIOS and UEFI, for CD, USB stick and emulator: GRUB, the core and one package. `before` is what
 * GRUB does first, lines of its menu. False with a message on standard error.
 */
bool iso_write(const char *core, const char *package, const char *before, const char *out);

#endif
