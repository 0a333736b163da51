/* SPDX-License-Identifier: ISC */
/*
 * The end of a ROM (rom.ld): from the reset vector to flat segments, then the guest's bytes to where they were linked, and
 * its start. What is read with segments lies in the ROM, so the descriptors have their Accessed bit set already.
 */
	.section .rom, "ax"
	.code16
rom_begin:
	lgdtl %cs:rom_table - rom_begin + 0xff00
	movl $0x11, %eax
	movl %eax, %cr0
	ljmpl $8, $1f
	.code32
1:	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	cld
	movl $0xfffe0000, %esi
	movl $0x100000, %edi
	movl $rom_bytes, %ecx
	rep movsb
	movl $start, %eax
	jmp *%eax
	.balign 8
rom_descriptors:
	.quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
rom_table:
	.word 23
	.long rom_descriptors
	.org 0xf0
	.code16
	cli
	jmp rom_begin
	.org 0x100, 0xff
	.section .note.GNU-stack, "", @progbits
