/* SPDX-License-Identifier: ISC */
/* One entry per exception, each padded to EXCEPTION_ENTRY_BYTES; the same stack for all: vector, error code, frame. */
	.section .text.exception_entry, "ax"
	.globl exception_entry
	.balign 16
exception_entry:
	vector = 0
	.rept 32
	.balign 16
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
	pushq $0
	.endif
	pushq $vector
	jmp common
	vector = vector + 1
	.endr
common:	movq %rsp, %rdi
	andq $-16, %rsp
	call exception_report
	ud2
	.section .note.GNU-stack, "", @progbits
