/* SPDX-License-Identifier: ISC */
/*
 * A guest that goes through the modes of a PC: 32-bit protected, real (code at 7C00, as a boot sector is), 16-bit
 * protected, 32-bit paging, PAE paging, 64-bit, and back. Each step leaves values; 32-bit code compares and says "ok" or
 * "FAIL" on port E9. Multiboot (0.6.96, 3.1.3) loads this file from itself on, so only .text exists here.
 */
#define MAGIC 0x1badb002
#define ADDRESSES 0x10000
#define CODE16P 0x6000 /* 16-bit protected code */
#define SECTOR 0x7c00
#define STACK16 0x7000
#define SUM 0x9000
#define STRING 0x9004
#define SOFTWARE 0x9008
#define DIVIDE 0x900c
#define TICKS 0x9010
#define SEGMENT16 0x9100
#define RESUME 0x9200 /* where a fault goes on; then what it was */
#define FAULT_CR2 0x9204
#define FAULT_ERROR 0x9208
#define FAULT_VECTOR 0x920c
#define IDT 0xa000
#define TABLES 0x100000
#define STACK 0x180000
#define FAR_WORD 0x400000
#define FRAME 0x500000
#define ALIAS 0x600000 /* mapped to FRAME */
#define MISSING 0x601000
#define READ_ONLY 0x602000
#define SEL_CODE 0x08
#define SEL_DATA 0x10
#define SEL_CODE16 0x18
#define SEL_DATA16 0x20
#define SEL_CODE16P 0x28
#define SEL_SEGMENT16 0x30
#define SEL_CODE64 0x38
#define SEL_NONE 0x48

	.macro say text
	pushl %esi
	movl $7f, %esi
	call print
	popl %esi
	jmp 8f
7:	.asciz "\text"
8:
	.endm
	/* after a comparison */
	.macro verdict name
	je 5f
	say "FAIL: \name\n"
	jmp 6f
5:	say "ok: \name\n"
6:
	.endm
	.macro expect address, value, name
	cmpl $\value, \address
	verdict "\name"
	.endm
	/* an instruction that must fault: what must be on record afterwards */
	.macro must_fault vector, error, cr2, name, instruction:vararg
	movl $9f, RESUME
	movl $0, FAULT_VECTOR
	\instruction
9:	cmpl $\vector, FAULT_VECTOR
	jne 1f
	cmpl $\error, FAULT_ERROR
	jne 1f
	cmpl $\cr2, FAULT_CR2
1:	verdict "\name"
	.endm
	.macro gate vector
	movl $fault\vector, %eax
	movw %ax, IDT + \vector * 8
	movw $SEL_CODE, IDT + \vector * 8 + 2
	movl %eax, IDT + \vector * 8 + 4
	movw $0x8e00, IDT + \vector * 8 + 4
	.endm

	.section .text.start, "ax"
	.balign 4
multiboot_header:
	.long MAGIC, ADDRESSES, -(MAGIC + ADDRESSES)
	.long multiboot_header, multiboot_header, 0, 0, guest_start

	.code32
guest_start:
	cli
	cld
	movl $STACK, %esp
	lgdt gdt_register
	ljmp $SEL_CODE, $1f
1:	call load_data
	xorl %eax, %eax
	movl $SUM, %edi
	movl $0x1800, %ecx
	rep stosb
	gate 13
	gate 14
	lidt idt_register
	call virtual_wire
	xorl %eax, %eax
	movl $100, %ecx
1:	addl %ecx, %eax
	loop 1b
	cmpl $5050, %eax
	verdict "32-bit protected mode"

	movl $sector, %esi
	movl $SECTOR, %edi
	movl $sector_end - sector, %ecx
	rep movsb
	movl $code16p, %esi
	movl $CODE16P, %edi
	movl $code16p_end - code16p, %ecx
	rep movsb
	ljmp $SEL_CODE16, $SECTOR
back32:
	movl $SEL_DATA, %eax
	movl %eax, %ss
	movl $STACK, %esp
	call load_data
	lidt idt_register
	expect SUM, 5050, "real mode: arithmetic"
	expect STRING, 0x5840, "real mode: strings in another segment" /* 160 times a55a */
	expect SOFTWARE, 2, "real mode: a software interrupt"
	expect DIVIDE, 0xd0, "real mode: a divide error"
	expect FAR_WORD, 0x12345678, "real mode: segments with 4 GiB"
	cmpl $3, TICKS
	jb 1f
	cmpl %eax, %eax
1:	verdict "real mode: timer interrupts end HLT"

	lcall $SEL_CODE16P, $0
	call load_data
	expect SEGMENT16 + 16, 0x2345, "16-bit protected mode"
	movl $SEL_NONE, %eax
	must_fault 13, SEL_NONE, 0, "a selector beyond the table", movl %eax, %es

	/* 32-bit paging: the first 4 MiB by one page, the next by 4 KiB pages */
	call clear_tables
	movl $0x83, TABLES
	movl $TABLES + 0x1003, TABLES + 4
	movl $0x400003, %eax
	movl $TABLES + 0x1000, %edi
	movl $1024, %ecx
1:	stosl
	addl $4096, %eax
	loop 1b
	movl $FRAME + 3, TABLES + 0x1000 + (ALIAS - 0x400000) / 1024
	movl $0, TABLES + 0x1000 + (MISSING - 0x400000) / 1024
	movl $READ_ONLY + 1, TABLES + 0x1000 + (READ_ONLY - 0x400000) / 1024
	movl $0x10, %eax /* PSE */
	movl %eax, %cr4
	movl $TABLES, %eax
	movl %eax, %cr3
	movl $0x80010011, %eax /* PG, WP */
	movl %eax, %cr0
	movl $0xcafe0001, ALIAS
	expect FRAME, 0xcafe0001, "32-bit paging: 4 MiB and 4 KiB pages"
	must_fault 14, 0, MISSING, "32-bit paging: a missing page", movl MISSING, %eax
	must_fault 14, 3, READ_ONLY, "32-bit paging: a read-only page", movl %eax, READ_ONLY
	movl $0x11, %eax
	movl %eax, %cr0

	/* PAE paging: pointers at 0, directory at 1000, table at 2000 */
	call clear_tables
	movl $TABLES + 0x1001, TABLES
	movl $0x83, TABLES + 0x1000
	movl $0x200083, TABLES + 0x1008
	movl $0x400083, TABLES + 0x1010
	movl $TABLES + 0x2003, TABLES + 0x1018
	movl $FRAME + 3, TABLES + 0x2000
	movl $0x20, %eax /* PAE */
	movl %eax, %cr4
	movl $TABLES, %eax
	movl %eax, %cr3
	movl $0x80000011, %eax
	movl %eax, %cr0
	movl $0xcafe0002, ALIAS
	expect FRAME, 0xcafe0002, "PAE paging: 2 MiB and 4 KiB pages"
	must_fault 14, 2, MISSING, "PAE paging: a missing page", movl %eax, MISSING
	movl $TABLES + 0x1001, TABLES + 8 /* the same directory at 1 GiB too */
	movl %cr3, %eax
	movl %eax, %cr3
	movl $0xcafe0003, 0x40000000 + ALIAS
	expect FRAME, 0xcafe0003, "PAE paging: pointers loaded anew"
	movl $0x11, %eax
	movl %eax, %cr0

	/* 64-bit mode with the same directory */
	movl $TABLES + 0x4003, TABLES + 0x3000
	movl $TABLES + 0x1003, TABLES + 0x4000
	movl $TABLES + 0x3000, %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx
	movl $0x100, %eax
	xorl %edx, %edx
	wrmsr
	movl $0x80000011, %eax
	movl %eax, %cr0
	ljmp $SEL_CODE64, $1f
	.code64
1:	movabsq $0x123456789abcdef0, %rbx
	movabsq $0x1111111111111111, %r15
	addq %rbx, %r15
	xorl %eax, %eax
	cpuid
	movabsq $0x23456789abcdf001, %rax
	cmpq %rax, %r15
	sete FAULT_VECTOR
	ljmpl *2f
2:	.long 1f, SEL_CODE
	.code32
1:	cmpb $1, FAULT_VECTOR
	verdict "64-bit mode"
	movl $0x11, %eax
	movl %eax, %cr0
	movl $0xc0000080, %ecx
	xorl %eax, %eax
	xorl %edx, %edx
	wrmsr
	movl %eax, %cr4
	call load_data
	movl $FRAME, %eax
	cmpl $0xcafe0003, (%eax)
	verdict "back in 32-bit protected mode"
	movb $4, %al
	outb %al, $0xe9
	movb $10, %al
	outb %al, $0xe9
1:	cli
	hlt
	jmp 1b

print:
	lodsb
	testb %al, %al
	jz 1f
	outb %al, $0xe9
	jmp print
1:	ret
virtual_wire: /* firmware's work: what the interrupt controller raises reaches the processor, local APIC or not */
	movl $0x1b, %ecx
	rdmsr
	testl $0x400, %eax
	jz 1f
	xorl %edx, %edx
	movl $0x80f, %ecx
	movl $0x1ff, %eax
	wrmsr
	movl $0x835, %ecx
	movl $0x700, %eax
	wrmsr
	ret
1:	movl $0x1ff, 0xfee000f0
	movl $0x700, 0xfee00350
	ret
load_data:
	movl $SEL_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	movl %eax, %ss
	ret
clear_tables:
	movl $TABLES, %edi
	xorl %eax, %eax
	movl $0x1400, %ecx
	rep stosl
	ret
fault13:
	movl $13, %ss:FAULT_VECTOR
	jmp 1f
fault14:
	movl $14, %ss:FAULT_VECTOR
	pushl %eax
	movl %cr2, %eax
	movl %eax, %ss:FAULT_CR2
	popl %eax
1:	popl %ss:FAULT_ERROR
	pushl %ss:RESUME
	popl (%esp)
	iretl

	.code16
	/* Real mode. Copied to SECTOR, so addresses are relative to that. */
#define HERE(label) (label - sector + SECTOR)
	.macro vector number, label
	movw $HERE(\label), \number * 4
	movw $0, \number * 4 + 2
	.endm
sector:
	movw $SEL_DATA16, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movw %ax, %gs
	movw $SEL_DATA, %ax
	movw %ax, %fs /* its limit stays when protected mode ends */
	movl %cr0, %eax
	andb $0xfe, %al
	movl %eax, %cr0
	ljmp $0, $HERE(real)
real:	xorw %ax, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movw $STACK16, %sp
	lidtl HERE(ivt_register)
	movw $HERE(greeting), %si
1:	lodsb
	outb %al, $0xe9
	cmpb $10, %al
	jne 1b

	xorw %ax, %ax
	movw $100, %cx
1:	addw %cx, %ax
	loop 1b
	movw %ax, SUM

	movw $0x1000, %ax
	movw %ax, %es
	movw $0xa55a, %ax
	xorw %di, %di
	movw $160, %cx
	rep stosw
	movw %es, %ax
	movw %ax, %ds
	xorw %si, %si
	xorw %dx, %dx
	movw $160, %cx
1:	lodsw
	addw %ax, %dx
	loop 1b
	xorw %ax, %ax
	movw %ax, %ds
	movw %dx, STRING

	vector 0x40, software
	int $0x40
	int $0x40
	vector 0, divide
	movw $0x1000, %ax
	xorw %cx, %cx
	divb %cl
	movl $FAR_WORD, %ebx
	movl $0x12345678, %fs:(%ebx)

	vector 0x20, tick
	movw $HERE(ports), %si
1:	lodsb
	testb %al, %al
	jz 2f
	movzbw %al, %dx
	lodsb
	outb %al, %dx
	jmp 1b
2:	sti
	hlt
	cli
	cmpw $3, TICKS
	jb 2b
	movb $0xff, %al
	outb %al, $0x21
	movl %cr0, %eax
	orb $1, %al
	movl %eax, %cr0
	ljmpl $SEL_CODE, $back32
software:
	incw SOFTWARE
	iretw
divide:
	movw $0xd0, DIVIDE
	pushw %bp
	movw %sp, %bp
	addw $2, 2(%bp)
	popw %bp
	iretw
tick:
	incw TICKS
	pushw %ax
	movb $0x20, %al
	outb %al, $0x20
	popw %ax
	iretw
greeting:
	.ascii "ok: real mode at 7c00 prints\n"
ports: /* interrupt controller: vectors from 20, the timer's line open; timer: 1 kHz */
	.byte 0x20, 0x11, 0x21, 0x20, 0x21, 0x04, 0x21, 0x01, 0x21, 0xfe
	.byte 0x43, 0x34, 0x40, 0xa9, 0x40, 0x04, 0
	.balign 4
ivt_register:
	.word 0x3ff
	.long 0
	.org sector + 510
	.word 0xaa55
sector_end:

code16p: /* called far from 32-bit code */
	movw $SEL_SEGMENT16, %ax
	movw %ax, %ds
	movw $0x1234, %ax
	addw $0x1111, %ax
	movw %ax, 16
	lretl
code16p_end:

	.balign 8
gdt:
	.quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
	.quad 0x00009b000000ffff, 0x000093000000ffff /* 16-bit, as real mode wants them */
	.quad 0x00009b0060000fff, 0x00009300910000ff /* 16-bit with base and limit: CODE16P, SEGMENT16 */
	.quad 0x00af9b000000ffff
gdt_register:
	.word gdt_register - gdt - 1
	.long gdt
idt_register:
	.word 0x7f
	.long IDT
	.section .note.GNU-stack, "", @progbits
