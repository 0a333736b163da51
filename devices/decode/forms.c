/* SPDX-License-Identifier: ISC */
/* Opcode maps: APM 3 appendix A, SDM 2D appendix A. */
#include "devices/decode/forms.h"
#include "devices/decode/decode.h"

#define ALU(opcode, op)                                                              \
	[opcode] = {op, SHAPE_RM_REG, BYTE}, [(opcode) + 1] = {op, SHAPE_RM_REG, 0}, \
	[(opcode) + 2] = {op, SHAPE_REG_RM, BYTE}, [(opcode) + 3] = {op, SHAPE_REG_RM, 0}
#define EIGHT(opcode, op)                                                                   \
	[opcode] = {op, SHAPE_REGISTER, 0}, [(opcode) + 1] = {op, SHAPE_REGISTER, 0},       \
	[(opcode) + 2] = {op, SHAPE_REGISTER, 0}, [(opcode) + 3] = {op, SHAPE_REGISTER, 0}, \
	[(opcode) + 4] = {op, SHAPE_REGISTER, 0}, [(opcode) + 5] = {op, SHAPE_REGISTER, 0}, \
	[(opcode) + 6] = {op, SHAPE_REGISTER, 0}, [(opcode) + 7] = {op, SHAPE_REGISTER, 0}
#define SIXTEEN(opcode, op, shape, flags)                                                                              \
	[opcode] = {op, shape, flags}, [(opcode) + 1] = {op, shape, flags}, [(opcode) + 2] = {op, shape, flags},       \
	[(opcode) + 3] = {op, shape, flags}, [(opcode) + 4] = {op, shape, flags}, [(opcode) + 5] = {op, shape, flags}, \
	[(opcode) + 6] = {op, shape, flags}, [(opcode) + 7] = {op, shape, flags}, [(opcode) + 8] = {op, shape, flags}, \
	[(opcode) + 9] = {op, shape, flags}, [(opcode) + 10] = {op, shape, flags},                                     \
	[(opcode) + 11] = {op, shape, flags}, [(opcode) + 12] = {op, shape, flags},                                    \
	[(opcode) + 13] = {op, shape, flags}, [(opcode) + 14] = {op, shape, flags},                                    \
	[(opcode) + 15] = {op, shape, flags}
#define PAIR(opcode, op, shape) [opcode] = {op, shape, BYTE}, [(opcode) + 1] = {op, shape, 0}

const struct form forms_one_byte[256] = {
        ALU(0x00, OP_ADD),
        ALU(0x08, OP_OR),
        ALU(0x10, OP_ADC),
        ALU(0x18, OP_SBB),
        ALU(0x20, OP_AND),
        ALU(0x28, OP_SUB),
        ALU(0x30, OP_XOR),
        ALU(0x38, OP_CMP),
        EIGHT(0x50, OP_PUSH),
        EIGHT(0x58, OP_POP),
        [0x63] = {OP_MOVSX, SHAPE_REG_RM, WIDEN32}, /* ARPL but for 64-bit mode */
        [0x68] = {OP_PUSH, SHAPE_IMMEDIATE, 0},
        [0x69] = {OP_IMUL_IMMEDIATE, SHAPE_REG_RM_IMMEDIATE, 0},
        [0x6a] = {OP_PUSH, SHAPE_IMMEDIATE8, 0},
        [0x6b] = {OP_IMUL_IMMEDIATE, SHAPE_REG_RM_IMMEDIATE8, 0},
        PAIR(0x6c, OP_INS, SHAPE_STRING),
        PAIR(0x6e, OP_OUTS, SHAPE_STRING),
        [0x80] = {GROUP_1, SHAPE_RM_IMMEDIATE, BYTE | GROUP},
        [0x81] = {GROUP_1, SHAPE_RM_IMMEDIATE, GROUP},
        [0x82] = {GROUP_1, SHAPE_RM_IMMEDIATE, BYTE | GROUP | LEGACY},
        [0x83] = {GROUP_1, SHAPE_RM_IMMEDIATE8, GROUP},
        PAIR(0x84, OP_TEST, SHAPE_RM_REG),
        PAIR(0x86, OP_XCHG, SHAPE_RM_REG),
        PAIR(0x88, OP_MOV, SHAPE_RM_REG),
        PAIR(0x8a, OP_MOV, SHAPE_REG_RM),
        [0x8c] = {OP_MOV, SHAPE_RM_SEGMENT, 0},
        [0x8e] = {OP_MOV_SEGMENT, SHAPE_SEGMENT_RM, 0},
        [0x8f] = {GROUP_1A, SHAPE_RM, GROUP},
        PAIR(0xa0, OP_MOV, SHAPE_RAX_OFFSET),
        PAIR(0xa2, OP_MOV, SHAPE_OFFSET_RAX),
        PAIR(0xa4, OP_MOVS, SHAPE_STRING),
        PAIR(0xa6, OP_CMPS, SHAPE_STRING),
        PAIR(0xaa, OP_STOS, SHAPE_STRING),
        PAIR(0xac, OP_LODS, SHAPE_STRING),
        PAIR(0xae, OP_SCAS, SHAPE_STRING),
        [0xc0] = {GROUP_2, SHAPE_RM_IMMEDIATE8, BYTE | GROUP},
        [0xc1] = {GROUP_2, SHAPE_RM_IMMEDIATE8, GROUP},
        [0xc6] = {GROUP_11, SHAPE_RM_IMMEDIATE, BYTE | GROUP},
        [0xc7] = {GROUP_11, SHAPE_RM_IMMEDIATE, GROUP},
        [0xd0] = {GROUP_2, SHAPE_RM_ONE, BYTE | GROUP},
        [0xd1] = {GROUP_2, SHAPE_RM_ONE, GROUP},
        [0xd2] = {GROUP_2, SHAPE_RM_CL, BYTE | GROUP},
        [0xd3] = {GROUP_2, SHAPE_RM_CL, GROUP},
        [0xf6] = {GROUP_3, SHAPE_RM, BYTE | GROUP},
        [0xf7] = {GROUP_3, SHAPE_RM, GROUP},
        [0xfe] = {GROUP_4, SHAPE_RM, BYTE | GROUP},
        [0xff] = {GROUP_5, SHAPE_RM, GROUP},
};
const struct form forms_two_byte[256] = {
        [0x20] = {OP_MOV_CR, SHAPE_RM_CR, 0},
        [0x22] = {OP_MOV_CR, SHAPE_CR_RM, 0},
        SIXTEEN(0x40, OP_CMOV, SHAPE_REG_RM, 0),
        SIXTEEN(0x90, OP_SET, SHAPE_RM_SET, BYTE),
        [0xa3] = {OP_BT, SHAPE_RM_REG, 0},
        [0xa4] = {OP_SHLD, SHAPE_RM_REG_IMMEDIATE8, 0},
        [0xa5] = {OP_SHLD, SHAPE_RM_REG_CL, 0},
        [0xab] = {OP_BTS, SHAPE_RM_REG, 0},
        [0xac] = {OP_SHRD, SHAPE_RM_REG_IMMEDIATE8, 0},
        [0xad] = {OP_SHRD, SHAPE_RM_REG_CL, 0},
        [0xaf] = {OP_IMUL_REG, SHAPE_REG_RM, 0},
        PAIR(0xb0, OP_CMPXCHG, SHAPE_RM_REG),
        [0xb3] = {OP_BTR, SHAPE_RM_REG, 0},
        [0xb6] = {OP_MOVZX, SHAPE_REG_RM, WIDEN8},
        [0xb7] = {OP_MOVZX, SHAPE_REG_RM, WIDEN16},
        [0xb8] = {OP_POPCNT, SHAPE_REG_RM, PREFIXED},
        [0xba] = {GROUP_8, SHAPE_RM_IMMEDIATE8, GROUP},
        [0xbb] = {OP_BTC, SHAPE_RM_REG, 0},
        [0xbc] = {OP_BSF, SHAPE_REG_RM, PLAIN},
        [0xbd] = {OP_BSR, SHAPE_REG_RM, PLAIN},
        [0xbe] = {OP_MOVSX, SHAPE_REG_RM, WIDEN8},
        [0xbf] = {OP_MOVSX, SHAPE_REG_RM, WIDEN16},
        PAIR(0xc0, OP_XADD, SHAPE_RM_REG),
        [0xc3] = {OP_MOV, SHAPE_MEMORY_REG, 0}, /* MOVNTI */
        [0xc7] = {GROUP_9, SHAPE_RM, GROUP},
};
const struct form forms_three_byte[4] = {{OP_MOVBE, SHAPE_MEMORY_TO_REG, 0},
                                         {OP_MOVBE, SHAPE_MEMORY_REG, 0},
                                         {OP_CRC32, SHAPE_REG_RM, WIDEN8},
                                         {OP_CRC32, SHAPE_REG_RM, 0}};
const uint8_t forms_group[FORM_GROUPS][8] = {
        [GROUP_1] = {OP_ADD, OP_OR, OP_ADC, OP_SBB, OP_AND, OP_SUB, OP_XOR, OP_CMP},
        [GROUP_1A] = {OP_POP},
        [GROUP_2] = {OP_ROL, OP_ROR, OP_RCL, OP_RCR, OP_SHL, OP_SHR, OP_SAL, OP_SAR},
        [GROUP_3] = {OP_TEST, OP_TEST, OP_NOT, OP_NEG, OP_MUL, OP_IMUL, OP_DIV, OP_IDIV},
        [GROUP_4] = {OP_INC, OP_DEC},
        [GROUP_5] = {[0] = OP_INC, [1] = OP_DEC, [2] = OP_CALL, [4] = OP_JMP, [6] = OP_PUSH},
        [GROUP_8] = {[4] = OP_BT, [5] = OP_BTS, [6] = OP_BTR, [7] = OP_BTC},
        [GROUP_9] = {[1] = OP_CMPXCHG8B},
        [GROUP_11] = {OP_MOV},
};
