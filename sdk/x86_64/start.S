/* SPDX-License-Identifier: ISC */
/*
 * Entry of every vCPU (START_FLAT32 of abi/config.h): protected mode, flat segments, paging off, ESI = information
 * page, EDI = vCPU number, memory zeroed by the core. Ends in start_vcpu_main(vcpu) in long mode on the vCPU's stack.
 * The tables are built anew by each vCPU with the very same values, so vCPUs need not wait for each other.
 */
#define PRESENT_WRITE 0x03
#define LARGE_PAGE 0xe3 /* present, writable, accessed, dirty, 2 MiB: the CPU never has to write the tables */
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME_NXE 0x900
#define CR0_PG_WP_PE 0x80010001
#define CODE 8
#define DATA 16

	.section .text.start, "ax"
	.code32
	.globl sdk_start
sdk_start:
	cld
	movl $start_directory, %ebx
	movl $LARGE_PAGE, %eax
1:	movl %eax, (%ebx)
	addl $8, %ebx
	addl $0x200000, %eax
	cmpl $(LARGE_PAGE + 0x40000000), %eax
	jne 1b
	movl $(start_directory + PRESENT_WRITE), start_pointers
	movl $(start_pointers + PRESENT_WRITE), start_root

	movl %cr4, %eax
	orl $CR4_PAE, %eax
	movl %eax, %cr4
	movl $start_root, %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	rdmsr
	orl $EFER_LME_NXE, %eax
	wrmsr
	movl %cr0, %eax
	orl $CR0_PG_WP_PE, %eax
	movl %eax, %cr0
	lgdt descriptor
	ljmp $CODE, $2f

	.code64
2:	movl $DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	cmpl start_stack_count(%rip), %edi
	jae 3f
	leal 1(%rdi), %eax
	imull start_stack_bytes(%rip), %eax
	leaq start_stack(%rax), %rsp
	xorl %ebp, %ebp
	call start_vcpu_main
3:	cli
	hlt
	jmp 3b

	.section .rodata.start, "a"
	.balign 8
gdt:	.quad 0
	.quad 0x00af9b000000ffff /* 64-bit code, accessed: the table may be read-only */
	.quad 0x00cf93000000ffff /* data, accessed */
descriptor:
	.word descriptor - gdt - 1
	.long gdt
	.long 0

	.globl start_root, start_pointers
	.section .bss.start, "aw", @nobits
	.balign 4096
start_root: .skip 4096
start_pointers: .skip 4096
start_directory: .skip 4096
	.section .note.GNU-stack, "", @progbits
