/* SPDX-License-Identifier: ISC */
/* trap_call: remembers where it stands, calls; an exception comes back to the same place with its vector. */
	.section .text.trap_call, "ax"
	.globl trap_call_at, trap_entry
	/* uint32_t trap_call_at(code, argument, user_stack): user_stack 0 = at CPL 0 */
trap_call_at:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, stack(%rip)
	movq %rdi, %rax
	movq %rsi, %rdi
	testq %rdx, %rdx
	jnz 1f
	call *%rax
	movl $0xffffffff, %eax
	jmp back
1:	pushq $0x23
	pushq %rdx
	pushq $2
	pushq $0x1b
	pushq %rax
	movl $0x23, %eax
	movl %eax, %ds
	movl %eax, %es
	iretq

back:	movq $0, stack(%rip)
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret

	.balign 16
trap_entry:
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
common:	cmpq $0, stack(%rip)
	je unexpected
	popq trap_last(%rip)
	popq trap_last+8(%rip)
	popq trap_last+16(%rip)
	movl $0x10, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	cld
	movq stack(%rip), %rsp
	movl trap_last(%rip), %eax
	jmp back
unexpected:
	movq %rsp, %rdi
	andq $-16, %rsp
	call exception_report
	ud2

	.section .bss.trap_call, "aw", @nobits
	.balign 8
	.globl trap_last
trap_last: .skip 24
stack:	.skip 8
	.section .note.GNU-stack, "", @progbits
