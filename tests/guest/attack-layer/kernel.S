/* SPDX-License-Identifier: ISC */
/* The compiler wants a kernel with a Multiboot header (0.6.96, 3.1.1) for a guest; this layer never loads it. */
	.section .text.start, "a"
	.balign 4
	.globl multiboot_header
multiboot_header:
	.long 0x1badb002, 0, -0x1badb002
	.section .note.GNU-stack, "", @progbits
