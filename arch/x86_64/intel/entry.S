/* SPDX-License-Identifier: ISC */
/*
 * World switch, SDM 3C 26 and 27. An exit loads the host's segments, stack and control registers and clears RFLAGS.IF;
 * what interrupted the guest stays pending until the core's one window takes it. The VMCS of the vCPU to enter is loaded
 * here if the core has looked at another's meanwhile.
 */
#define STATE_VMCS 128
#define STATE_CURRENT 136
#define STATE_LAUNCHED 144
#define STATE_SHIFT 148
#define STATE_DEADLINE 152
#define VCPU_EXIT_FULL 1
#define VMCS_HOST_RSP 0x6c14
#define VMCS_PREEMPTION 0x482e

	.macro select
	mov STATE_CURRENT(%rdi), %rax
	mov STATE_VMCS(%rdi), %rcx
	cmp %rcx, (%rax)
	je 1f
	mov %rcx, (%rax)
	vmptrld STATE_VMCS(%rdi)
1:
	.endm

	.text
	.globl vcpu_enter, vcpu_exited
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
	select
	mov $VMCS_HOST_RSP, %eax
	vmwrite %rsp, %rax
	jmp 2f
enter:
	select
2:	rdtsc /* the preemption timer ends the run at cpu->timer, rounded up; where there is none, nobody minds */
	shl $32, %rdx
	or %rax, %rdx
	mov STATE_DEADLINE(%rdi), %rcx
	mov (%rcx), %rax
	mov STATE_SHIFT(%rdi), %ecx
	sub %rdx, %rax
	jb 6f
	shr %cl, %rax
	inc %rax
	mov %rax, %rcx
	shr $32, %rcx
	jnz 7f
8:	mov $VMCS_PREEMPTION, %ecx
	vmwrite %rax, %rcx
	mov 0(%rdi), %rax
	mov 8(%rdi), %rcx
	mov 16(%rdi), %rdx
	mov 24(%rdi), %rbx /* CPUID answers in it */
	mov 48(%rdi), %rsi
	mov 64(%rdi), %r8
	mov 72(%rdi), %r9
	mov 80(%rdi), %r10
	mov 88(%rdi), %r11
	cmpl $0, STATE_LAUNCHED(%rdi)
	mov 56(%rdi), %rdi
	je 3f
	vmresume
	jmp 4f
3:	vmlaunch
4:	call intel_entry_failed /* no exit: a control or the host's state is wrong */
vcpu_exited:
	push %rdi
	mov 8(%rsp), %rdi
	mov %rax, 0(%rdi)
	mov %rcx, 8(%rdi)
	mov %rdx, 16(%rdi)
	mov %rbx, 24(%rdi)
	mov %rsi, 48(%rdi)
	mov %r8, 64(%rdi)
	mov %r9, 72(%rdi)
	mov %r10, 80(%rdi)
	mov %r11, 88(%rdi)
	pop 56(%rdi)
	movl $1, STATE_LAUNCHED(%rdi)
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
	jne 5f
	call vcpu_exit_full
5:	mov %rax, %rdi
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
6:	xor %eax, %eax
	jmp 8b
7:	mov $-1, %eax
	jmp 8b
	.section .note.GNU-stack, "", @progbits
