/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DECODE_ALU_H
#define DEVICES_DECODE_ALU_H

#include <stdbool.h>
#include <stdint.h>

/* The arithmetic of the decoded operations, on 1, 2, 4 or 8 bytes, with the six status flags (SDM 1 3.4.3.1). */
#define FLAG_CF UINT64_C(0x001)
#define FLAG_PF UINT64_C(0x004)
#define FLAG_AF UINT64_C(0x010)
#define FLAG_ZF UINT64_C(0x040)
#define FLAG_SF UINT64_C(0x080)
#define FLAG_TF UINT64_C(0x100)
#define FLAG_DF UINT64_C(0x400)
#define FLAG_OF UINT64_C(0x800)
#define FLAG_RF UINT64_C(0x10000)

static inline uint64_t alu_mask(unsigned size)
{
	return ~UINT64_C(0) >> (64 - 8 * size);
}

/* Result of a binary or unary operation (enum operation ADD..TEST, NOT, NEG, INC, DEC, BT..BTC: b is the bit number);
 * *flags is read (carry in) and written. CMP, TEST and BT return a. */
uint64_t alu(unsigned operation, unsigned size, uint64_t a, uint64_t b, uint64_t *flags);

/* Shifts and rotations, ROL..SHRD; `filler` is what SHLD and SHRD shift in. */
uint64_t alu_shift(unsigned operation, unsigned size, uint64_t a, uint64_t filler, unsigned count, uint64_t *flags);
/* The lower half of the product; *high is the upper one. CF and OF: it has a meaning. The other flags stay. */
uint64_t alu_multiply(unsigned size, bool is_signed, uint64_t a, uint64_t b, uint64_t *high, uint64_t *flags);
/* In: dividend, of twice the size. Out: *low = quotient, *high = remainder. false, and nothing has changed: #DE. */
bool alu_divide(unsigned size, bool is_signed, uint64_t *low, uint64_t *high, uint64_t divisor);
/* BSF, BSR (a is not 0; what else would be the answer, nobody has promised), POPCNT */
uint64_t alu_scan(unsigned operation, unsigned size, uint64_t a, uint64_t *flags);
/* TZCNT, LZCNT, by the CPU that runs this, which is the guest's, too: it may take them for BSF and BSR. */
uint64_t alu_count(unsigned operation, unsigned size, uint64_t before, uint64_t a, uint64_t *flags);
uint64_t alu_crc32(unsigned size, uint64_t sum, uint64_t a);
bool alu_condition(unsigned condition, uint64_t flags);
uint64_t alu_result_flags(uint64_t result, unsigned size); /* PF, ZF, SF */

#endif
