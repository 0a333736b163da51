/* SPDX-License-Identifier: ISC */
/*
 * hypercall_raw(a, b, c, number, result): the C calling convention has a, b, c where the hypercall wants them. The core
 * preserves all registers but RAX, RDI, RSI, RDX (abi/hypercall.h). hypercall_intel is set at start, before any call.
 */
	.section .text.hypercall_raw, "ax"
	.globl hypercall_raw
hypercall_raw:
	movq %rcx, %rax
	cmpb $0, hypercall_intel(%rip)
	jne 1f
	vmmcall
2:	movq %rdi, (%r8)
	movq %rsi, 8(%r8)
	movq %rdx, 16(%r8)
	ret
1:	vmcall
	jmp 2b

	.globl hypercall_intel
	.section .bss.hypercall_intel, "aw", @nobits
hypercall_intel: .skip 1
	.section .note.GNU-stack, "", @progbits
