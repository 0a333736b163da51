/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_VMCS_H
#define APPS_CONSOLE_CONSOLE_VMCS_H

#include <stddef.h>
#include <stdint.h>

/* The field of the guest's state that VT-x has refused (SDM 3D appendix B), in words, as far as the core can name one. */
void console_vmcs_field(char *to, size_t size, uint64_t field);

#endif
