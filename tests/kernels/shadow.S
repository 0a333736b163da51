/* SPDX-License-Identifier: ISC */
/*
 * A boot sector that writes into the shadows of video BIOS and BIOS, for tests/programs: it prints PAM as the BIOS has
 * left it, then for each row of `rows` how each of four instructions fared with a word there: "w" written, "k" kept. What
 * was there is put back, with interrupts off.
 */
	.code16
	.text
	.globl start
start:	xorw %ax, %ax
	movw %ax, %ds
	movw %ax, %ss
	movw $0x7c00, %sp
	cld
	movw $0x59, %di			/* PAM0 to PAM6 */
found:	call pam
	inb %dx, %al
	call hex
	incw %di
	cmpw $0x60, %di
	jne found
	movw $rows, %si
row:	movw 2(%si), %di		/* register */
	testw %di, %di
	jz done
	movb $' ', %al
	call put
	cli
	call pam
	inb %dx, %al
	movb %al, before
	movb (%si), %al
	call set
	movw 4(%si), %ax
	movw %ax, %es
	movw 6(%si), %bx
	movw %es:(%bx), %cx
	notw %cx
	movw %cx, %es:(%bx)		/* MOV */
	call judge
	incw %es:(%bx)			/* a read and a write */
	call judge
	movw %cx, %ax
	xchgw %ax, %es:(%bx)		/* locked */
	call judge
	pushw %di
	movw %bx, %di
	movw %cx, value
	pushw %si
	movw $value, %si
	movsw				/* a string */
	popw %si
	popw %di
	call judge
	movb before, %al
	call set
	sti
	movw $4, %cx
	movw $results, %bx
tell:	movb (%bx), %al
	incw %bx
	call put
	loop tell
	movw $results, next
	addw $8, %si
	jmp row
done:	movb $'.', %al
	call put
	hlt
	jmp done + 5

/* %di: register of 0.0; leaves its port in %dx */
pam:	movl $0x80000000, %eax
	movw %di, %ax
	andb $0xfc, %al
	movw $0xcf8, %dx
	outl %eax, %dx
	movw %di, %dx
	andw $3, %dx
	addw $0xcfc, %dx
	ret
set:	pushw %ax
	call pam
	popw %ax
	outb %al, %dx
	ret

/* The word at %es:(%bx) is what ~%cx was: kept. Else it is put back. */
judge:	pushw %cx
	notw %cx
	movb $'k', %al
	cmpw %cx, %es:(%bx)
	je kept
	movb $'w', %al
	movw %cx, %es:(%bx)
kept:	popw %cx
	pushw %bx
	movw next, %bx
	movb %al, (%bx)
	incw next
	popw %bx
	ret

hex:	movb %al, %ah
	shrb $4, %al
	call digit
	movb %ah, %al
	andb $15, %al
digit:	addb $'0', %al
	cmpb $'9', %al
	jbe put
	addb $'a' - '9' - 1, %al
put:	pushaw
	movb $0x0e, %ah
	xorw %bx, %bx
	int $0x10
	popaw
	ret

before:	.byte 0
value:	.word 0
next:	.word results
results: .long 0
/* value, register, segment, offset */
rows:	.word 0x10, 0x59, 0xf000, 0x0000
	.word 0x30, 0x59, 0xf000, 0x0000
	.word 0x10, 0x59, 0xf000, 0xfff0
	.word 0x30, 0x59, 0xf000, 0xfff0
	.word 0x11, 0x5a, 0xc000, 0x0010
	.word 0x13, 0x5a, 0xc000, 0x0010
	.word 0x31, 0x5a, 0xc000, 0x0010
	.word 0x13, 0x5a, 0xc000, 0x4010
	.word 0x31, 0x5a, 0xc000, 0x4010
	.word 0x33, 0x5a, 0xc000, 0x3fff
	.word 0x31, 0x5a, 0xc000, 0x3fff
	.word 0, 0
	.org 510
	.word 0xaa55
