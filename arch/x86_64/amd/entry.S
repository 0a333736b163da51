/* SPDX-License-Identifier: ISC */
/*
 * World switch, APM 2 15.5. The global interrupt flag is clear only from CLGI until the host's TR and GS are back;
 * in between RSP is ours but no handler may run. With V_INTR_MASKING the guest cannot hold off physical interrupts, and
 * RFLAGS.IF = 1 at VMRUN lets them end the guest; they stay pending until the core's one window takes them.
 */
#define VMCB_RAX 0x5f8
#define STATE_VMCB 128
#define STATE_HOST 136
#define VCPU_EXIT_FULL 1

	.text
	.globl vcpu_enter
	/*
	 * void vcpu_enter(struct vcpu *vcpu): enters it, then whichever vCPU vcpu_exit() names, until that is none.
	 * RBP, R12..R15 are the callee's to keep in C, so they stay in the registers while vcpu_exit() answers, and are
	 * stored only when another vCPU comes or when somebody wants to see them (vcpu_exit_full).
	 */
vcpu_enter:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	push %rdi
enter_all:
	mov 40(%rdi), %rbp
	mov 96(%rdi), %r12
	mov 104(%rdi), %r13
	mov 112(%rdi), %r14
	mov 120(%rdi), %r15
enter:
	mov STATE_VMCB(%rdi), %rax
	mov 0(%rdi), %rcx
	mov %rcx, VMCB_RAX(%rax)
	mov 8(%rdi), %rcx
	mov 16(%rdi), %rdx
	mov 24(%rdi), %rbx /* CPUID answers in it */
	mov 48(%rdi), %rsi
	mov 64(%rdi), %r8
	mov 72(%rdi), %r9
	mov 80(%rdi), %r10
	mov 88(%rdi), %r11
	mov 56(%rdi), %rdi
	clgi
	sti
	vmload %rax
	vmrun %rax
	vmsave %rax
	push %rdi
	mov 8(%rsp), %rdi
	mov %rcx, 8(%rdi)
	mov %rdx, 16(%rdi)
	mov %rbx, 24(%rdi)
	mov %rsi, 48(%rdi)
	mov %r8, 64(%rdi)
	mov %r9, 72(%rdi)
	mov %r10, 80(%rdi)
	mov %r11, 88(%rdi)
	pop 56(%rdi)
	mov VMCB_RAX(%rax), %rcx
	mov %rcx, 0(%rdi)
	mov STATE_HOST(%rdi), %rax
	vmload %rax
	cli
	stgi
	call vcpu_exit
	mov (%rsp), %rdi
	cmp %rdi, %rax
	je enter
	mov %rbp, 40(%rdi)
	mov %r12, 96(%rdi)
	mov %r13, 104(%rdi)
	mov %r14, 112(%rdi)
	mov %r15, 120(%rdi)
	cmp $VCPU_EXIT_FULL, %rax
	jne 1f
	call vcpu_exit_full
1:	mov %rax, %rdi
	mov %rax, (%rsp)
	test %rax, %rax
	jnz enter_all
	add $8, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret
	.section .note.GNU-stack, "", @progbits
