/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_BOOT_SMP_H
#define ARCH_X86_64_BOOT_SMP_H

#define TRAMPOLINE 0x8000 /* in the first MiB, which boot_info reserves */

#ifndef __ASSEMBLER__
#include <stdint.h>

/* CPU numbers: 0 is the calling CPU, then the firmware's order. Returns how many there are. */
uint32_t smp_init(const uint32_t *ids, uint32_t count);
/* After core_main() has returned: lets the other CPUs go on to core_cpu_main(). */
void smp_release(void);
#endif

#endif
