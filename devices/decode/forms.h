/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DECODE_FORMS_H
#define DEVICES_DECODE_FORMS_H

#include <stdint.h>

/* The instruction forms the decoder knows, by opcode; everything else has SHAPE_NONE. */
enum shape {
	SHAPE_NONE,
	SHAPE_RM_REG,
	SHAPE_MEMORY_REG, /* no register, no prefix, never two bytes */
	SHAPE_REG_RM,
	SHAPE_RM_IMMEDIATE,
	SHAPE_RM_IMMEDIATE8,
	SHAPE_RAX_OFFSET, /* moffs: the address stands in the instruction */
	SHAPE_OFFSET_RAX,
	SHAPE_RM,
	SHAPE_RM_SEGMENT,
	SHAPE_SEGMENT_RM,
	SHAPE_REGISTER, /* its number stands in the opcode */
	SHAPE_IMMEDIATE,
	SHAPE_IMMEDIATE8,
	SHAPE_RM_ONE, /* shifts */
	SHAPE_RM_CL,
	SHAPE_RM_REG_IMMEDIATE8,
	SHAPE_RM_REG_CL,
	SHAPE_REG_RM_IMMEDIATE,
	SHAPE_REG_RM_IMMEDIATE8,
	SHAPE_MEMORY_TO_REG, /* no register */
	SHAPE_RM_SET,        /* a byte */
	SHAPE_STRING,
	SHAPE_CR_RM,
	SHAPE_RM_CR,
};
enum {
	BYTE = 1,
	GROUP = 2,
	WIDEN8 = 4,
	WIDEN16 = 8,
	WIDEN32 = 16,
	LEGACY = 32,
	PREFIXED = 64,
	PLAIN = 128
}; /* form.flags; LEGACY: not in 64-bit mode; PREFIXED: only after F3; PLAIN: not after it */
enum group { GROUP_1, GROUP_1A, GROUP_2, GROUP_3, GROUP_4, GROUP_5, GROUP_8, GROUP_9, GROUP_11, FORM_GROUPS };

struct form {
	uint8_t operation; /* enum operation, or enum group with GROUP */
	uint8_t shape, flags;
};
extern const struct form forms_one_byte[256], forms_two_byte[256]; /* second map: after 0F */
/* After 0F 38: F0 and F1, and the same two after F2. */
extern const struct form forms_three_byte[4];
extern const uint8_t forms_group[FORM_GROUPS][8]; /* enum operation by ModRM.reg */

#endif
