/* SPDX-License-Identifier: ISC */
/* From the boot loader (32-bit protected mode, paging off, EAX = magic, EBX = information) to select_main() and on. */
#define MB1_MAGIC 0x1badb002
#define MB1_FLAGS 3 /* modules on pages, memory map */
#define MB2_MAGIC 0xe85250d6

	.section .head, "ax"
	.balign 8
	.long MB1_MAGIC, MB1_FLAGS, -(MB1_MAGIC + MB1_FLAGS)
	.balign 8
mb2:
	.long MB2_MAGIC, 0, mb2_end - mb2, -(MB2_MAGIC + (mb2_end - mb2))
	.balign 8
	.short 6, 0 /* modules on pages */
	.long 8
	.balign 8
	.short 0, 0
	.long 8
mb2_end:

	.globl entry
entry:
	cli
	cld
	mov $stack_end, %esp
	push %ebx
	push %eax
	call select_main /* (magic, information): the chosen core's entry */
	mov %eax, %ecx
	pop %eax
	pop %ebx
	jmp *%ecx

	/* In the order of enum select, each core as its ELF file and the bytes of that; 0 where this image has none. */
	.section .rodata
	.globl select_cores
	.balign 8
amd:	.incbin "core-amd.elf"
amd_end:
	.balign 8
intel:	.incbin "core-intel.elf"
intel_end:
	.balign 8
select_cores:
	.long amd, amd_end - amd, intel, intel_end - intel

	.bss
	.skip 4096
stack_end:

	.section .note.GNU-stack, "", @progbits
