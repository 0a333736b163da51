/* SPDX-License-Identifier: ISC */
#ifndef SDK_HYPERCALL_H
#define SDK_HYPERCALL_H

#include <stdint.h>
#include "abi/hypercall.h"
#include "abi/status.h"

/*
 * One hypercall: VMMCALL or VMCALL as the information page says (sdk/x86_64/hypercall.S), or the mock of the unit
 * tests. `result` gets RDI, RSI, RDX and must not be null. The argument order is that of the registers, so the stub
 * moves nothing; use hypercall() in code.
 */
enum status hypercall_raw(uint64_t a, uint64_t b, uint64_t c, uint64_t number, uint64_t result[3]);

static inline enum status hypercall(enum hypercall number, uint64_t a, uint64_t b, uint64_t c, uint64_t result[3])
{
	return hypercall_raw(a, b, c, (uint64_t)number, result);
}

/* A call whose results do not matter. */
static inline enum status hypercall_void(enum hypercall number, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t unused[3];
	return hypercall_raw(a, b, c, (uint64_t)number, unused);
}

/* "refused: no right" and the like, for messages to people. */
const char *hypercall_status(enum status status);

#endif
