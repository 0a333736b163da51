/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_COMMON_CANARY_H
#define TESTS_GUEST_COMMON_CANARY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Registers as canaries: every one that a vCPU has gets a value that only this application writes, time passes, and each
 * must still hold it. C code is compiled without SSE, so the extended registers stay loaded between the calls.
 */
enum canary_feature { CANARY_SSE = 1, CANARY_AVX = 2, CANARY_PKRU = 4 };
struct canary {
	uint64_t ymm[16][4];
	uint64_t x87[8]; /* mantissas */
	uint64_t dr[4], dr6, dr7, cr2, tsc_aux, pkru, pat;
	uint64_t xcr0, mxcsr, fcw; /* XCR0 is compared, and set by canary_open() only */
	uint64_t msr[10];          /* those that a subject reaches without an exit */
};
#define CANARY_WORDS (sizeof(struct canary) / sizeof(uint64_t))
/* Makes the registers usable, as far as the machine and the description let; returns CANARY_* */
unsigned canary_open(void);
/* What a vCPU begins with; 0 apart from the few registers that do not. */
extern const struct canary canary_reset;
/* Values that carry `seed` in their upper half. */
void canary_make(struct canary *canary, unsigned features, uint32_t seed);
void canary_load(const struct canary *canary, unsigned features);
void canary_store(struct canary *canary, unsigned features);
/*
 * Holds values with `seed` in all general registers, RSP included, for `loops` turns of two instructions. Returns the
 * number of registers that changed. Every second call another register counts the loop, so that two calls cover all.
 */
unsigned canary_hold(uint64_t loops, uint32_t seed);
/* The 16 YMM registers into uint64_t[16][4]; #UD without AVX. */
void canary_ymm_store(void *at);
/* Words of `found` that differ from `wanted`; the first one in *where. */
unsigned canary_compare(const struct canary *found, const struct canary *wanted, unsigned *where);
/* Words of `found` that carry `seed`. */
unsigned canary_search(const struct canary *found, uint32_t seed);

#endif
