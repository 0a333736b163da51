/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_REACH_H
#define START_X86_64_REACH_H

/* GiB that start-up maps and the core uses on a CPU without 1 GiB pages; with them it is 512. Also for assembly. */
#define BOOT_DIRECTORIES 32

#endif
