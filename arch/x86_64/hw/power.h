/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_POWER_H
#define ARCH_X86_64_HW_POWER_H

#include <stdint.h>

/* The FADT's reset register; port 0 = none. */
void power_init(uint16_t reset_port, uint8_t reset_value);
_Noreturn void power_fail(const char *what); /* says so and stops */

#endif
