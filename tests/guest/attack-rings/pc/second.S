/* SPDX-License-Identifier: ISC */
/* The start of the second vCPU: from real mode at AP_START, where the first one copies this, to flat segments. */
#define AP_START 0x8000
	.section .text.second, "ax"
	.globl second_start, second_end
	.code16
second_start:
	cli
	xorw %ax, %ax
	movw %ax, %ds
	lgdtl second_table - second_start + AP_START
	movl $0x11, %eax
	movl %eax, %cr0
	ljmpl $8, $second_flat - second_start + AP_START
	.code32
second_flat:
	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $second_stack, %esp
	movl $second_main, %eax
	call *%eax
1:	hlt
	jmp 1b
	.balign 8
second_descriptors:
	.quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
second_table:
	.word 23
	.long second_descriptors - second_start + AP_START
second_end:
	.bss
	.balign 16
	.skip 4096
second_stack:
	.section .note.GNU-stack, "", @progbits
