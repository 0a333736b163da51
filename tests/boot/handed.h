/* SPDX-License-Identifier: ISC */
#ifndef TESTS_BOOT_HANDED_H
#define TESTS_BOOT_HANDED_H

/* What tests/boot/start.c gives to tests/boot/main.c, besides the package: */
#define HANDED_CPUS vcpu_pages /* of the_system: the number of CPUs */
#define SMALL_RANGE 0x1000000  /* two pages, writable */
#define LARGE_RANGE 0x1800000  /* 4 MiB, writable */
#define STARTER 0x294000       /* layout_core_end of arch/x86_64/layout.ld */

#endif
