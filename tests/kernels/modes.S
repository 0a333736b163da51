/* SPDX-License-Identifier: ISC */
/*
 * A boot sector that shows graphics modes of the VGA BIOS, for tests/programs: with each key the next one, in which it
 * writes a line of text in many colours and sets some pixels, all by INT 10h. The last of `modes` are VBE modes.
 */
	.code16
	.text
	.globl start
start:	xorw %ax, %ax
	movw %ax, %ds
	movw %ax, %ss
	movw $0x7c00, %sp
	cld
	movw $modes, %si
next:	lodsw
	testw %ax, %ax
	jz again
	pushw %si
	testb $1, %ah
	jz plain
	movw %ax, %bx
	movw $0x4f02, %ax
plain:	int $0x10
	movw $words, %si
	movb $9, %bl
text:	lodsb
	testb %al, %al
	jz dots
	movb $0x0e, %ah
	xorb %bh, %bh
	int $0x10
	incb %bl
	andb $15, %bl
	jmp text
dots:	movw $150, %cx
dot:	movb $0x0c, %ah
	movb %cl, %al
	xorb %bh, %bh
	movw %cx, %dx
	int $0x10
	loop dot
	xorb %ah, %ah
	int $0x16
	popw %si
	jmp next
again:	movw $modes, %si
	jmp next
words:	.asciz "Pixels"
modes:	.word 0x13, 0x12, 0x0d, 0x10, 0x04, 0x06, 0x05, 0x100, 0x111, 0
	.org 510
	.word 0xaa55
