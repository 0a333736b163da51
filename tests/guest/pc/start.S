/* SPDX-License-Identifier: ISC */
/*
 * The start of the guest: a Multiboot header (0.6.96, 3.1.1; the file is ELF), a stack, flat segments and a table of
 * interrupts. Vectors 0x20 to 0x2f are the two PICs', 0x50 and 0x51 those that the local APIC is sent, 0xff its spurious one.
 */
#define MAGIC 0x1badb002
	.section .header, "a"
	.balign 4
	.long MAGIC, 0, -MAGIC

	.text
	.globl start
start:	cli
	cld
	movl $stack, %esp
	lgdt gdt_pointer
	ljmp $8, $1f
1:	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	call pc_main
2:	cli
	hlt
	jmp 2b

	/* each pushes its number; C counts it and ends the interrupt */
	.altmacro
	.macro entry number
	.balign 16
	pushl $\number
	jmp common
	.endm
	.balign 16
	.globl interrupt_entries
interrupt_entries:
	.set number, 0
	.rept 256
	entry %number
	.set number, number + 1
	.endr
common:	pushal
	pushl 32(%esp)
	call interrupt
	addl $4, %esp
	popal
	addl $4, %esp
	iret

	.data
	.balign 8
gdt:	.quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
	.word 23
	.long gdt
	.bss
	.balign 16
	.skip 16384
stack:
	.section .note.GNU-stack, "", @progbits
