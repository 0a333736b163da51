/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_MAIN_H
#define START_X86_64_MAIN_H

_Noreturn void start_fail(const char *what); /* says so, and stops */

#endif
