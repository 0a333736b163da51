/* SPDX-License-Identifier: ISC */
/*
 * The start of attack-devices' guest, and of a second vCPU: from real mode at AP_START, where the first one copies this,
 * to long mode with the same tables.
 */
#include "tests/guest/attack-devices/kernel.S"
#define AP_START 0x8000
#define AP_STACK 0x170000
#define AP_EDX 0x7000 /* as it was at the start */
	.section .text.second, "ax"
	.globl second_start, second_end
	.code16
second_start:
	cli
	xorw %ax, %ax
	movw %ax, %ds
	movl %edx, AP_EDX
	lgdtl second_table - second_start + AP_START
	movl $0x20, %eax
	movl %eax, %cr4
	movl $ROOT, %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx
	movl $0x100, %eax
	xorl %edx, %edx
	wrmsr
	movl $0x80000001, %eax
	movl %eax, %cr0
	ljmpl $8, $second_long - second_start + AP_START
	.code64
second_long:
	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $AP_STACK, %esp
	movl $guest_second, %eax
	call *%rax
	ud2
	.balign 8
second_descriptors:
	.quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
second_table:
	.word 23
	.long second_descriptors - second_start + AP_START
second_end:
