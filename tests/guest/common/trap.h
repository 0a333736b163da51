/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_COMMON_TRAP_H
#define TESTS_GUEST_COMMON_TRAP_H

#include <stdint.h>

/*
 * Exceptions as answers: a hostile application runs each attack as a function that may raise anything; the first
 * exception ends it and says which it was. Works from CPL 0 and, with user_open(), from CPL 3.
 */
#define TRAP_NONE 0xffffffffu
struct trap {
	uint64_t vector, error, rip;
};
extern struct trap trap_last; /* of the last trap_call() that did not return by itself */
typedef void trap_code(void *argument);
/* Takes over exceptions 0..31 of the application (of all vCPUs; trap_call() from one at a time). */
void trap_open(void);
/* TRAP_NONE if code(argument) returned, else the vector. */
unsigned trap_call(trap_code *code, void *argument);

/* Descriptors and pages for CPL 3: all that the first GiB maps becomes reachable from there. */
void user_open(void);
/* The same at CPL 3; the code must not return but end with the `int $0x20` of USER_END: then TRAP_NONE. */
unsigned trap_call_user(trap_code *code, void *argument);
#define USER_END 0x20

#endif
