/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "abi/frame.h"
#include "devices/decode/decode.h"

static struct instruction in;

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static void good(enum decode_mode mode, const uint8_t *bytes, size_t count)
{
	assert_int_equal(decode(bytes, (unsigned)count, mode, &in), DECODE_OK);
	assert_int_equal(in.length, count);
}

static void unknown(enum decode_mode mode, const uint8_t *bytes, size_t count)
{
	assert_int_equal(decode(bytes, (unsigned)count, mode, &in), DECODE_UNKNOWN);
}

static void operand_size_follows_mode_and_prefixes(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x89, 0x07));
	assert_int_equal(in.size, 4);
	good(DECODE_64, BYTES(0x66, 0x89, 0x07));
	assert_int_equal(in.size, 2);
	good(DECODE_64, BYTES(0x66, 0x48, 0x89, 0x07));
	assert_int_equal(in.size, 8);
	good(DECODE_64, BYTES(0x88, 0x07));
	assert_int_equal(in.size, 1);
	good(DECODE_32, BYTES(0x89, 0x07));
	assert_int_equal(in.size, 4);
	good(DECODE_16, BYTES(0x89, 0x07));
	assert_int_equal(in.size, 2);
	good(DECODE_16, BYTES(0x66, 0x89, 0x07));
	assert_int_equal(in.size, 4);
}

static void a_rex_prefix_counts_only_before_the_opcode(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x48, 0x66, 0x89, 0x07));
	assert_int_equal(in.size, 2);
	good(DECODE_64, BYTES(0x4d, 0x89, 0x3f));
	assert_int_equal(in.reg, FRAME_R15);
	assert_int_equal(in.base, FRAME_R15);
}

static void addresses_of_16_bits_use_pairs_of_registers(void **state)
{
	(void)state;
	good(DECODE_16, BYTES(0x8b, 0x42, 0xfe)); /* mov ax, [bp+si-2] */
	assert_int_equal(in.base, FRAME_RBP);
	assert_int_equal(in.index, FRAME_RSI);
	assert_int_equal(in.segment, FRAME_SS);
	assert_int_equal(in.displacement, -2);
	good(DECODE_16, BYTES(0x8b, 0x0e, 0x34, 0x12)); /* mov cx, [1234h] */
	assert_false(in.has_base);
	assert_int_equal(in.displacement, 0x1234);
	assert_int_equal(in.segment, FRAME_DS);
	good(DECODE_32, BYTES(0x67, 0x8b, 0x87, 0x00, 0x80)); /* mov eax, [bx-8000h] */
	assert_int_equal(in.address_size, 2);
	assert_int_equal(in.base, FRAME_RBX);
	assert_int_equal(in.displacement, -0x8000);
}

static void addresses_of_32_and_64_bits_use_the_scaled_index(void **state)
{
	(void)state;
	good(DECODE_32, BYTES(0x8b, 0x44, 0x8d, 0x10)); /* mov eax, [ebp+ecx*4+16] */
	assert_int_equal(in.base, FRAME_RBP);
	assert_int_equal(in.index, FRAME_RCX);
	assert_int_equal(in.scale, 2);
	assert_int_equal(in.segment, FRAME_SS);
	good(DECODE_64, BYTES(0x8b, 0x04, 0x25, 0x00, 0x00, 0xe0, 0xfe)); /* mov eax, [fffffffffee00000] */
	assert_false(in.has_base);
	assert_false(in.has_index);
	assert_false(in.rip_relative);
	assert_int_equal(in.displacement, -0x1200000);
	good(DECODE_64, BYTES(0x8b, 0x05, 0x01, 0x00, 0x00, 0x00));
	assert_true(in.rip_relative);
	good(DECODE_32, BYTES(0x8b, 0x05, 0x01, 0x00, 0x00, 0x00));
	assert_false(in.rip_relative);
	good(DECODE_64, BYTES(0x42, 0x8b, 0x04, 0x27)); /* index R12 exists, RSP does not */
	assert_int_equal(in.index, FRAME_R12);
	assert_true(in.has_index);
}

static void segment_overrides_of_long_mode_are_fs_and_gs(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x65, 0x8b, 0x07));
	assert_int_equal(in.segment, FRAME_GS);
	good(DECODE_64, BYTES(0x26, 0x8b, 0x07));
	assert_int_equal(in.segment, FRAME_DS);
	good(DECODE_32, BYTES(0x26, 0x8b, 0x07));
	assert_int_equal(in.segment, FRAME_ES);
	good(DECODE_16, BYTES(0x2e, 0xa0, 0x10, 0x00));
	assert_int_equal(in.segment, FRAME_CS);
}

static void offsets_in_the_instruction_have_the_address_size(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0xa1, 0, 0, 0xe0, 0xfe, 0, 0, 0, 0));
	assert_int_equal(in.displacement, 0xfee00000);
	assert_int_equal(in.destination, OPERAND_RAX);
	good(DECODE_32, BYTES(0xa3, 0, 0, 0xe0, 0xfe));
	assert_int_equal(in.source, OPERAND_RAX);
	good(DECODE_16, BYTES(0xa2, 0x34, 0x12));
	assert_int_equal(in.size, 1);
}

static void immediates_are_sign_extended(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x48, 0xc7, 0x07, 0xfe, 0xff, 0xff, 0xff));
	assert_int_equal(in.immediate, -2);
	good(DECODE_64, BYTES(0x83, 0x27, 0x80));
	assert_int_equal(in.operation, OP_AND);
	assert_int_equal(in.immediate, -128);
	good(DECODE_64, BYTES(0x66, 0xc7, 0x07, 0x34, 0x12));
	assert_int_equal(in.immediate, 0x1234);
	good(DECODE_64, BYTES(0xf7, 0x07, 1, 0, 0, 0));
	assert_int_equal(in.operation, OP_TEST);
	good(DECODE_64, BYTES(0xf7, 0x17));
	assert_int_equal(in.operation, OP_NOT);
}

static void high_bytes_exist_only_without_rex(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x88, 0x27)); /* mov [rdi], ah */
	assert_true(in.reg_high);
	assert_int_equal(in.reg, FRAME_RAX);
	good(DECODE_64, BYTES(0x40, 0x88, 0x27)); /* mov [rdi], spl */
	assert_false(in.reg_high);
	assert_int_equal(in.reg, FRAME_RSP);
	good(DECODE_64, BYTES(0x0f, 0xb6, 0x27)); /* movzx esp, byte [rdi] */
	assert_false(in.reg_high);
	assert_int_equal(in.reg, FRAME_RSP);
	assert_int_equal(in.source_size, 1);
}

static void pushes_of_long_mode_are_eight_bytes_or_two(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0xff, 0x37));
	assert_int_equal(in.operation, OP_PUSH);
	assert_int_equal(in.size, 8);
	good(DECODE_64, BYTES(0x66, 0xff, 0x37));
	assert_int_equal(in.size, 2);
	good(DECODE_32, BYTES(0x8f, 0x07));
	assert_int_equal(in.operation, OP_POP);
	assert_int_equal(in.size, 4);
}

static void cr8_is_reached_by_rex_or_by_lock(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x44, 0x0f, 0x22, 0xc0)); /* mov cr8, rax */
	assert_int_equal(in.operation, OP_MOV_CR);
	assert_int_equal(in.reg, 8);
	assert_int_equal(in.destination, OPERAND_REG);
	good(DECODE_64, BYTES(0x45, 0x0f, 0x20, 0xc7)); /* mov r15, cr8 */
	assert_int_equal(in.rm, FRAME_R15);
	assert_int_equal(in.destination, OPERAND_RM);
	good(DECODE_32, BYTES(0xf0, 0x0f, 0x20, 0xc1)); /* lock mov ecx, cr0 */
	assert_int_equal(in.reg, 8);
	assert_int_equal(in.size, 4);
}

static void string_instructions_keep_their_prefixes(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0xf3, 0x6c));
	assert_int_equal(in.operation, OP_INS);
	assert_true(in.repeat);
	good(DECODE_32, BYTES(0x64, 0xf3, 0x66, 0x6f));
	assert_int_equal(in.operation, OP_OUTS);
	assert_int_equal(in.segment, FRAME_FS);
	assert_int_equal(in.size, 2);
	good(DECODE_64, BYTES(0xf2, 0x67, 0xa6));
	assert_true(in.repeat_not_equal);
	assert_int_equal(in.address_size, 4);
}

static void the_stack_is_used_by_short_forms_too(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x41, 0x57)); /* push r15 */
	assert_int_equal(in.operation, OP_PUSH);
	assert_true(in.rm_is_register && in.rm == FRAME_R15 && in.size == 8);
	good(DECODE_64, BYTES(0x66, 0x58)); /* pop ax */
	assert_int_equal(in.operation, OP_POP);
	assert_true(in.rm_is_register && in.rm == FRAME_RAX && in.size == 2);
	good(DECODE_16, BYTES(0x6a, 0xff));
	assert_true(in.source == OPERAND_IMMEDIATE && in.immediate == UINT64_MAX && in.size == 2);
	good(DECODE_64, BYTES(0x68, 1, 0, 0, 0x80));
	assert_true(in.immediate == UINT64_C(0xffffffff80000001) && in.size == 8);
}

static void a_lock_goes_only_with_a_write_to_memory(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0xf0, 0x01, 0x07)); /* lock add [rdi], eax */
	good(DECODE_64, BYTES(0xf0, 0x0f, 0xc7, 0x0f));
	assert_int_equal(in.operation, OP_CMPXCHG8B);
	unknown(DECODE_64, BYTES(0xf0, 0x03, 0x07)); /* lock add eax, [rdi] */
	unknown(DECODE_64, BYTES(0xf0, 0x01, 0xc7));
	unknown(DECODE_64, BYTES(0xf0, 0x39, 0x07));       /* cmp */
	unknown(DECODE_64, BYTES(0xf0, 0x0f, 0xa3, 0x07)); /* bt */
	unknown(DECODE_64, BYTES(0xf0, 0x89, 0x07));
}

static void a_selector_is_stored_as_two_bytes(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x48, 0x8c, 0x1f)); /* mov [rdi], ds */
	assert_true(in.source == OPERAND_SEGMENT && in.reg == FRAME_DS && in.size == 2);
	good(DECODE_64, BYTES(0x8c, 0xd8));
	assert_int_equal(in.size, 4);
	unknown(DECODE_64, BYTES(0x8c, 0x37));
}

static void shifts_count_by_an_immediate_by_one_or_by_cl(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0xc1, 0x2f, 0x85)); /* shr dword [rdi], 85h */
	assert_int_equal(in.operation, OP_SHR);
	assert_int_equal(in.immediate & 0xff, 0x85);
	good(DECODE_64, BYTES(0xd0, 0x17));
	assert_int_equal(in.operation, OP_RCL);
	assert_true(in.size == 1 && in.immediate == 1 && !in.by_cl);
	good(DECODE_64, BYTES(0x48, 0xd3, 0x3f));
	assert_int_equal(in.operation, OP_SAR);
	assert_true(in.size == 8 && in.by_cl);
	good(DECODE_64, BYTES(0x0f, 0xa4, 0x07, 0x03)); /* shld [rdi], eax, 3 */
	assert_true(in.source == OPERAND_REG && in.immediate == 3 && !in.by_cl);
	good(DECODE_64, BYTES(0x6b, 0x07, 0xff)); /* imul eax, [rdi], -1 */
	assert_true(in.destination == OPERAND_REG && in.source == OPERAND_RM && in.immediate == UINT64_MAX);
}

static void after_f2_the_swapping_move_is_a_checksum(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x48, 0x0f, 0x38, 0xf0, 0x07));
	assert_true(in.operation == OP_MOVBE && in.destination == OPERAND_REG && in.size == 8);
	good(DECODE_64, BYTES(0x66, 0x0f, 0x38, 0xf1, 0x07));
	assert_true(in.operation == OP_MOVBE && in.destination == OPERAND_RM && in.size == 2);
	good(DECODE_64, BYTES(0xf2, 0x66, 0x0f, 0x38, 0xf1, 0x07));
	assert_true(in.operation == OP_CRC32 && in.size == 4 && in.source_size == 2);
	good(DECODE_64, BYTES(0xf2, 0x48, 0x0f, 0x38, 0xf0, 0x07));
	assert_true(in.operation == OP_CRC32 && in.size == 8 && in.source_size == 1);
}

static void any_segment_register_but_cs_is_loaded(void **state)
{
	(void)state;
	good(DECODE_64, BYTES(0x48, 0x8e, 0x1f)); /* mov ds, [rdi]: two bytes, whatever the prefix */
	assert_int_equal(in.operation, OP_MOV_SEGMENT);
	assert_true(in.reg == FRAME_DS && in.size == 2 && in.source_size == 2);
	unknown(DECODE_64, BYTES(0x8e, 0x0f)); /* CS */
	unknown(DECODE_64, BYTES(0x8e, 0x37));
	unknown(DECODE_64, BYTES(0x44, 0x8e, 0x07));
	unknown(DECODE_64, BYTES(0xf0, 0x8e, 0x1f));
}

static void what_is_not_in_the_table_is_unknown(void **state)
{
	(void)state;
	unknown(DECODE_64, BYTES(0x0f, 0x0b));
	unknown(DECODE_64, BYTES(0xff, 0x2f));       /* jmp far [rdi] */
	unknown(DECODE_64, BYTES(0xff, 0x1f));       /* call far [rdi] */
	unknown(DECODE_64, BYTES(0x66, 0xff, 0x27)); /* jmp [rdi], of as many bytes as the vendor likes */
	good(DECODE_64, BYTES(0xff, 0x27));
	assert_int_equal(in.operation, OP_JMP);
	assert_int_equal(in.size, 8);
	good(DECODE_32, BYTES(0x66, 0xff, 0x17));
	assert_int_equal(in.operation, OP_CALL);
	assert_int_equal(in.size, 2);
	unknown(DECODE_64, BYTES(0xc6, 0x0f, 0x00));
	good(DECODE_32, BYTES(0x63, 0x07));
	assert_int_equal(in.operation, OP_ARPL);
	good(DECODE_64, BYTES(0x63, 0x07));
	assert_int_equal(in.operation, OP_MOVSX);
	unknown(DECODE_64, BYTES(0xf2, 0x0f, 0xbc, 0x07));
	unknown(DECODE_64, BYTES(0xf0, 0xf3, 0x0f, 0xbc, 0x07)); /* LOCK TZCNT */
	good(DECODE_64, BYTES(0xf3, 0x0f, 0xbc, 0x07));
	assert_int_equal(in.operation, OP_TZCNT);
	good(DECODE_64, BYTES(0x66, 0xf3, 0x48, 0x0f, 0xbd, 0x07));
	assert_int_equal(in.operation, OP_LZCNT);
	assert_int_equal(in.size, 8);
	good(DECODE_64, BYTES(0x0f, 0xbc, 0x07));
	unknown(DECODE_64, BYTES(0x0f, 0xb8, 0x07));       /* POPCNT has its F3 */
	unknown(DECODE_64, BYTES(0x0f, 0x38, 0xf0, 0xc7)); /* MOVBE to a register */
	unknown(DECODE_64, BYTES(0x0f, 0x38, 0x00, 0x07));
	unknown(DECODE_64, BYTES(0xf0, 0xd1, 0x07));       /* LOCK ROL */
	unknown(DECODE_64, BYTES(0xf3, 0x0f, 0x6f, 0x07)); /* movdqu */
	unknown(DECODE_64, BYTES(0x0f, 0xba, 0x07, 0x00));
	unknown(DECODE_64, BYTES(0x82, 0x07, 0x00)); /* only outside 64-bit mode */
	good(DECODE_32, BYTES(0x82, 0x07, 0x00));
	good(DECODE_64, BYTES(0xf0, 0x48, 0x0f, 0xc7, 0x0f)); /* cmpxchg16b */
	assert_int_equal(in.size, 16);
	unknown(DECODE_64, BYTES(0x48, 0x0f, 0xc7, 0xcf)); /* of a register */
	unknown(DECODE_64, BYTES(0x0f, 0xc3, 0xc7));       /* movnti to a register */
	unknown(DECODE_64,
	        BYTES(0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x8b));
}

static void every_proper_beginning_of_an_instruction_is_short(void **state)
{
	(void)state;
	static const uint8_t bytes[] = {0x66, 0x65, 0x4c, 0x81, 0xa4, 0xc8, 0x10,
	                                0x20, 0x30, 0x40, 0xff, 0xff, 0xff, 0x7f};
	for (unsigned i = 0; i < sizeof bytes; i++)
		assert_int_equal(decode(bytes, i, DECODE_64, &in), DECODE_SHORT);
	good(DECODE_64, bytes, sizeof bytes);
}

static void sixteen_bytes_are_never_an_instruction(void **state)
{
	(void)state;
	static const uint8_t bytes[] = {0x65, 0x65, 0x65, 0x65, 0x48, 0x81, 0xa4, 0xc8,
	                                0x10, 0x20, 0x30, 0x40, 0xff, 0xff, 0xff, 0x7f};
	good(DECODE_64, bytes + 1, 15);
	unknown(DECODE_64, bytes, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(operand_size_follows_mode_and_prefixes),
	        cmocka_unit_test(a_rex_prefix_counts_only_before_the_opcode),
	        cmocka_unit_test(addresses_of_16_bits_use_pairs_of_registers),
	        cmocka_unit_test(addresses_of_32_and_64_bits_use_the_scaled_index),
	        cmocka_unit_test(segment_overrides_of_long_mode_are_fs_and_gs),
	        cmocka_unit_test(offsets_in_the_instruction_have_the_address_size),
	        cmocka_unit_test(immediates_are_sign_extended),
	        cmocka_unit_test(high_bytes_exist_only_without_rex),
	        cmocka_unit_test(pushes_of_long_mode_are_eight_bytes_or_two),
	        cmocka_unit_test(cr8_is_reached_by_rex_or_by_lock),
	        cmocka_unit_test(string_instructions_keep_their_prefixes),
	        cmocka_unit_test(the_stack_is_used_by_short_forms_too),
	        cmocka_unit_test(a_lock_goes_only_with_a_write_to_memory),
	        cmocka_unit_test(a_selector_is_stored_as_two_bytes),
	        cmocka_unit_test(shifts_count_by_an_immediate_by_one_or_by_cl),
	        cmocka_unit_test(after_f2_the_swapping_move_is_a_checksum),
	        cmocka_unit_test(any_segment_register_but_cs_is_loaded),
	        cmocka_unit_test(what_is_not_in_the_table_is_unknown),
	        cmocka_unit_test(every_proper_beginning_of_an_instruction_is_short),
	        cmocka_unit_test(sixteen_bytes_are_never_an_instruction),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
