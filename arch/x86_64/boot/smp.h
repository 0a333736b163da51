/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_BOOT_SMP_H
#define ARCH_X86_64_BOOT_SMP_H

#include <stdint.h>

/*
 * CPU numbers: 0 is the calling CPU, then the firmware's order. Returns how many there are. `page`: free RAM below
 * 640 KiB, where the others begin; 0 = there is none, and they cannot be started.
 */
uint32_t smp_init(const uint32_t *ids, uint32_t count, uint64_t page);
/* After core_main() has returned: lets the other CPUs go on to core_cpu_main(). */
void smp_release(void);

#endif
