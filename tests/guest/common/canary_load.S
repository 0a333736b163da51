/* SPDX-License-Identifier: ISC */
/* The extended registers in the order of struct canary: YMM or XMM, x87. RDI = struct canary. */
	.section .text.canary, "ax"
	.globl canary_ymm_load, canary_ymm_store, canary_xmm_load, canary_xmm_store
	.globl canary_x87_load, canary_x87_store, canary_hold_at
canary_ymm_load:
	i = 0
	.irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	vmovdqu i(%rdi), %ymm\r
	i = i + 32
	.endr
	ret
canary_ymm_store:
	i = 0
	.irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	vmovdqu %ymm\r, i(%rdi)
	i = i + 32
	.endr
	ret
canary_xmm_load:
	i = 0
	.irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	movdqu i(%rdi), %xmm\r
	i = i + 32
	.endr
	ret
canary_xmm_store:
	i = 0
	.irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	movdqu %xmm\r, i(%rdi)
	i = i + 32
	.endr
	ret
	/* RDI = uint64_t[8]: exact as 64-bit integers of an 80-bit register */
canary_x87_load:
	fninit
	i = 0
	.rept 8
	fildll i(%rdi)
	i = i + 8
	.endr
	ret
	/* takes them off and puts them back, so that what is live stays live */
canary_x87_store:
	i = 56
	.rept 8
	fistpll i(%rdi)
	i = i - 8
	.endr
	jmp canary_x87_load

	/* canary_hold_at(loops, in[16], out[16], counter is RAX instead of RCX) */
canary_hold_at:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, stack(%rip)
	movq %rdx, result(%rip)
	movq %rdi, loops(%rip)
	movl %ecx, %edx
	movq %rsi, %rax
	movq 24(%rax), %rbx
	movq 32(%rax), %rsp
	movq 40(%rax), %rbp
	movq 48(%rax), %rsi
	movq 56(%rax), %rdi
	movq 64(%rax), %r8
	movq 72(%rax), %r9
	movq 80(%rax), %r10
	movq 88(%rax), %r11
	movq 96(%rax), %r12
	movq 104(%rax), %r13
	movq 112(%rax), %r14
	movq 120(%rax), %r15
	movq 8(%rax), %rcx
	testl %edx, %edx
	movq 16(%rax), %rdx
	jnz 2f
	movq 0(%rax), %rax
	movq loops(%rip), %rcx
1:	decq %rcx
	jnz 1b
	jmp 4f
2:	movq loops(%rip), %rax
3:	decq %rax
	jnz 3b
4:	movq %rsp, sp(%rip)
	movq stack(%rip), %rsp
	pushq %rax
	movq result(%rip), %rax
	popq 0(%rax)
	movq %rcx, 8(%rax)
	movq %rdx, 16(%rax)
	movq %rbx, 24(%rax)
	movq sp(%rip), %rcx
	movq %rcx, 32(%rax)
	movq %rbp, 40(%rax)
	movq %rsi, 48(%rax)
	movq %rdi, 56(%rax)
	movq %r8, 64(%rax)
	movq %r9, 72(%rax)
	movq %r10, 80(%rax)
	movq %r11, 88(%rax)
	movq %r12, 96(%rax)
	movq %r13, 104(%rax)
	movq %r14, 112(%rax)
	movq %r15, 120(%rax)
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret

	.section .bss.canary, "aw", @nobits
	.balign 8
stack:	.skip 8
result:	.skip 8
loops:	.skip 8
sp:	.skip 8
	.section .note.GNU-stack, "", @progbits
