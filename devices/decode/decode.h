/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DECODE_DECODE_H
#define DEVICES_DECODE_DECODE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Decodes one x86 instruction that may have touched a device: what it does, to which operands, how long it is. A pure
 * function of bytes. It knows MOV, MOVBE, SETcc, CMOVcc, PUSH, POP, near CALL and JMP, integer arithmetic, shifts, bit tests
 * and exchanges with a memory operand, MOV to segment registers, strings, string I/O and MOV to and from control registers
 * (forms.c lists them). Anything else is DECODE_UNKNOWN, never a guess: far pointers, and far CALL and JMP, which go by
 * descriptors of code, gates and tasks; XLAT and BOUND, x87, SIMD and what else is encoded with VEX.
 */
enum operation {
	OP_NONE,
	OP_MOV,
	OP_MOVZX,
	OP_MOVSX,
	/* the eight of opcodes 00..3f and of group 1, in the order of the encoding */
	OP_ADD,
	OP_OR,
	OP_ADC,
	OP_SBB,
	OP_AND,
	OP_SUB,
	OP_XOR,
	OP_CMP,
	OP_TEST,
	OP_NOT,
	OP_NEG,
	OP_INC,
	OP_DEC,
	OP_XCHG,
	OP_CMPXCHG,
	OP_XADD,
	OP_CMPXCHG8B, /* CMPXCHG16B, if the size is 16 */
	OP_BT,
	OP_BTS,
	OP_BTR,
	OP_BTC,
	/* the eight of group 2, in the order of the encoding */
	OP_ROL,
	OP_ROR,
	OP_RCL,
	OP_RCR,
	OP_SHL,
	OP_SHR,
	OP_SAL, /* SHL by its other name */
	OP_SAR,
	OP_SHLD, /* reg fills what becomes free */
	OP_SHRD,
	/* of RAX and RDX */
	OP_MUL,
	OP_IMUL,
	OP_DIV,
	OP_IDIV,
	/* to a register */
	OP_IMUL_REG,
	OP_IMUL_IMMEDIATE, /* rm by the immediate */
	OP_BSF,
	OP_BSR,
	OP_TZCNT, /* BSF and BSR to a CPU that does not know them */
	OP_LZCNT,
	OP_POPCNT,
	OP_CRC32,
	OP_CMOV, /* `condition` says when */
	OP_MOVBE,
	OP_SET,         /* `condition` */
	OP_ARPL,        /* the requestor's privilege level of a selector */
	OP_MOV_SEGMENT, /* to segment register `reg`, never CS */
	OP_PUSH,
	OP_POP,
	OP_CALL, /* near */
	OP_JMP,
	OP_MOVS,
	OP_CMPS,
	OP_STOS,
	OP_LODS,
	OP_SCAS,
	OP_INS,
	OP_OUTS,
	OP_MOV_CR, /* reg = control register; destination says which way */
};

enum operand {
	OPERAND_NONE,
	OPERAND_RM,        /* ModRM.rm: memory, or the register `rm` if rm_is_register */
	OPERAND_REG,       /* ModRM.reg: the register `reg` */
	OPERAND_RAX,       /* the accumulator */
	OPERAND_IMMEDIATE, /* `immediate`, sign-extended */
	OPERAND_SEGMENT,   /* the selector of segment register `reg` */
};

struct instruction {
	uint8_t operation; /* enum operation */
	uint8_t destination, source;
	uint8_t length;
	uint8_t size;           /* operand bytes: 1, 2, 4, 8; 16: only CMPXCHG16B */
	uint8_t source_size;    /* MOVZX, MOVSX: bytes of the source; else = size */
	uint8_t address_size;   /* 2, 4, 8 */
	uint8_t reg, rm;        /* register numbers */
	uint8_t condition;      /* as the four low bits of Jcc's opcode */
	bool by_cl;             /* a shift's count is CL; else `immediate` */
	bool reg_high, rm_high; /* AH, CH, DH, BH: `reg` or `rm` then names RAX, RCX, RDX or RBX */
	bool rm_is_register;
	bool lock, repeat, repeat_not_equal;
	uint8_t segment; /* enum frame_segment_index of the memory operand */
	bool has_base, has_index, rip_relative;
	uint8_t base, index, scale; /* scale: a shift */
	int64_t displacement;
	uint64_t immediate;
};

enum decode_mode { DECODE_16, DECODE_32, DECODE_64 };
enum decode_answer {
	DECODE_OK,
	DECODE_SHORT,  /* the instruction goes on beyond the bytes given */
	DECODE_UNKNOWN /* not in the table, or longer than 15 bytes */
};
#define INSTRUCTION_BYTES 15u

enum decode_answer decode(const uint8_t *bytes, unsigned available, enum decode_mode mode, struct instruction *out);

#endif
