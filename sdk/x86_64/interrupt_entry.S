/* SPDX-License-Identifier: ISC */
/* One entry per vector 32..255, each padded to INTERRUPT_ENTRY_BYTES. The stack is 16-byte aligned at the call. */
	.section .text.interrupt_entry, "ax"
	.globl interrupt_entry
	.balign 16
interrupt_entry:
	vector = 32
	.rept 224
	.balign 16
	pushq $vector
	jmp common
	vector = vector + 1
	.endr
common:	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	movq 72(%rsp), %rdi
	subq $8, %rsp
	cld
	call interrupt_dispatch
	addq $8, %rsp
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rax
	addq $8, %rsp
	iretq
	.section .note.GNU-stack, "", @progbits
