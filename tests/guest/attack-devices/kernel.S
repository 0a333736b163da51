/* SPDX-License-Identifier: ISC */
/*
 * The start of a guest in a test: a Multiboot header (0.6.96, 3.1.3) that loads this file from itself on to where its text is
 * linked, so data and bss do not exist for the guest; then long mode with 4 GiB mapped one to one, and guest_main().
 */
#define MAGIC 0x1badb002
#define ADDRESSES 0x10000
#define ROOT 0x100000
#define POINTERS 0x101000
#define DIRECTORIES 0x102000
#define STACK 0x180000
	.section .text.start, "ax"
	.balign 4
multiboot_header:
	.long MAGIC, ADDRESSES, -(MAGIC + ADDRESSES)
	.long multiboot_header, multiboot_header, 0, 0, guest_start

	.code32
guest_start:
	cld
	movl $ROOT, %edi
	xorl %eax, %eax
	movl $0x1800, %ecx
	rep stosl
	movl $(POINTERS + 3), ROOT
	movl $(DIRECTORIES + 3), %eax
	movl $POINTERS, %edi
	movl $4, %ecx
1:	movl %eax, (%edi)
	addl $4096, %eax
	addl $8, %edi
	loop 1b
	movl $0x83, %eax
	movl $DIRECTORIES, %edi
	movl $2048, %ecx
2:	movl %eax, (%edi)
	addl $0x200000, %eax
	addl $8, %edi
	loop 2b
	movl $0x20, %eax
	movl %eax, %cr4
	movl $ROOT, %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx
	movl $0x100, %eax
	xorl %edx, %edx
	wrmsr
	movl $0x80000001, %eax
	movl %eax, %cr0
	lgdt 4f
	ljmp $8, $3f
	.code64
3:	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $STACK, %esp
	call guest_main
	ud2
	.balign 8
5:	.quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
4:	.word 23
	.long 5b
	.section .note.GNU-stack, "", @progbits
