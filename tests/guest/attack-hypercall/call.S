/* SPDX-License-Identifier: ISC */
/* call_and_compare(words): a hypercall with known values in all registers that it must preserve. */
	.section .text.call_and_compare, "ax"
	.globl call_and_compare
call_and_compare:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	pushq %rdi
	movl $0x0ca11, %ecx
	.irp r, bx, bp
	leaq 1(%rcx), %r\r
	.endr
	.irp r, 8, 9, 10, 11, 12, 13, 14, 15
	leaq \r(%rcx), %r\r
	.endr
	movq 24(%rdi), %rax
	movq 16(%rdi), %rdx
	movq 8(%rdi), %rsi
	movq (%rdi), %rdi
	cmpb $0, hypercall_intel(%rip)
	jne 1f
	vmmcall
	jmp 2f
1:	vmcall
2:	pushq %rdi
	movq 8(%rsp), %rdi
	movq %rsi, 8(%rdi)
	movq %rdx, 16(%rdi)
	movq %rax, 24(%rdi)
	popq (%rdi)
	xorl %eax, %eax
	subq $0x0ca11, %rcx
	setne %al
	xorl %edx, %edx
	.irp r, bx, bp
	subq $0x0ca12, %r\r
	setne %dl
	addl %edx, %eax
	.endr
	.irp r, 8, 9, 10, 11, 12, 13, 14, 15
	subq $0x0ca11 + \r, %r\r
	setne %dl
	addl %edx, %eax
	.endr
	addq $8, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret
	.section .note.GNU-stack, "", @progbits
