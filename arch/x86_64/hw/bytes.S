/* SPDX-License-Identifier: ISC */
/*
 * lib/bytes.h for the core, by string instructions: words of eight bytes, then the rest. The direction flag is clear,
 * as the ABI has it; exception and interrupt stubs see to that.
 */
	.text
	.globl memcpy, memset
memcpy:
	mov %rdi, %rax
	mov %rdx, %rcx
	shr $3, %rcx
	rep movsq
	mov %edx, %ecx
	and $7, %ecx
	rep movsb
	ret

memset:
	mov %rdi, %r8
	movzbl %sil, %eax
	movabs $0x0101010101010101, %rcx
	imul %rcx, %rax
	mov %rdx, %rcx
	shr $3, %rcx
	rep stosq
	mov %edx, %ecx
	and $7, %ecx
	rep stosb
	mov %r8, %rax
	ret

	.section .note.GNU-stack, "", @progbits
