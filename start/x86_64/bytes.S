/* SPDX-License-Identifier: ISC */
/* What lib/config.c needs of lib/bytes.h besides arch/x86_64/hw/bytes.S. */
	.text
	.globl memcmp
memcmp:
	xchg %rdi, %rsi /* the flags are those of (RSI) - (RDI) */
	mov %rdx, %rcx
	xor %eax, %eax
	cmp %eax, %eax /* equal, if there is nothing to compare */
	repe cmpsb
	seta %al
	sbb $0, %eax
	ret

	.section .note.GNU-stack, "", @progbits
