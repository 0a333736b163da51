/* SPDX-License-Identifier: ISC */
#include "start/x86_64/reach.h"
#include "arch/x86_64/hw/percpu.h"

/*
 * From the boot loader (32-bit protected mode, paging off, EAX = magic, EBX = information) to 64-bit C code. The same
 * page tables and descriptors take the other CPUs from their trampoline into 64-bit mode: trampoline.S.
 */
#define MB1_MAGIC 0x1badb002
#define MB1_FLAGS 3 /* modules on pages, memory map */
#define MB2_MAGIC 0xe85250d6

	.section .head, "ax"
	.code32
	.balign 8
mb1:
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
	mov %eax, %esi
	rdtsc
	mov %eax, boot_tsc
	mov %edx, boot_tsc + 4
	mov %ebx, %edi
	mov $boot_stack_end, %esp

	mov $0x80000000, %eax
	cpuid
	cmp $0x80000001, %eax
	jb lacking
	mov $0x80000001, %eax
	cpuid
	bt $29, %edx /* long mode */
	jnc lacking
	bt $20, %edx /* no-execute pages */
	jnc lacking

	movl $boot_pdpt + 3, boot_pml4
	mov $boot_pdpt, %ebp
	mov $0xe3, %eax
	mov $1 << 30, %ebx
	mov $512, %ecx
	bt $26, %edx /* 1 GiB pages */
	jc 1f
	mov $boot_directories, %ebp /* else 2 MiB pages, as far as there are directories */
	mov $1 << 21, %ebx
	mov $512 * BOOT_DIRECTORIES, %ecx
	call fill
	mov $boot_pdpt, %ebp
	mov $boot_directories + 3, %eax
	mov $4096, %ebx
	mov $BOOT_DIRECTORIES, %ecx
1:	call fill

	lgdt boot_gdt_register
	mov $0x20, %eax /* PAE */
	mov %eax, %cr4
	mov $boot_pml4, %eax
	mov %eax, %cr3
	mov $0xc0000080, %ecx
	mov $0x900, %eax /* EFER: long mode, no-execute */
	xor %edx, %edx
	wrmsr
	mov $0x80010033, %eax /* paging, write protection, NE, ET, MP, PE */
	mov %eax, %cr0
	ljmp $SELECTOR_CODE, $1f
	.code64
1:	mov $SELECTOR_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $boot_stack_end, %esp
	xchg %edi, %esi /* (magic, information), zero-extended */
	call boot_main

	/* _Noreturn void boot_on_stack(uint64_t top, void (*next)(void)) */
	.globl boot_on_stack
boot_on_stack:
	mov %rdi, %rsp
	xor %ebp, %ebp
	call *%rsi
	ud2

	.code32
fill: /* ECX entries at EBP: EAX, EAX + EBX, ... */
	xor %edx, %edx
1:	mov %eax, (%ebp)
	mov %edx, 4(%ebp)
	add %ebx, %eax
	adc $0, %edx
	add $8, %ebp
	loop 1b
	ret

lacking: /* on the screen, then on the serial line */
	mov $message, %esi
	mov $0xb8000, %edi
	mov $0x0f, %ah
	mov $MESSAGE_SHOWN, %ecx
0:	lodsb
	stosw
	loop 0b
	mov $message, %esi
1:	mov $0x3fd, %edx
	mov $100000, %ecx
2:	in %dx, %al
	test $0x20, %al
	loopz 2b
	mov $0x3f8, %edx
	lodsb
	test %al, %al
	jz 3f
	out %al, %dx
	jmp 1b
3:	hlt
	jmp 3b
message:
	.ascii "bulkhead: cannot start: this CPU lacks long mode or no-execute pages, which Bulkhead needs."
	.set MESSAGE_SHOWN, . - message
	.asciz "\r\n"

	.balign 8
boot_gdt:
	.quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
	.short 0
	.globl boot_gdt_register
boot_gdt_register:
	.short boot_gdt_register - 2 - boot_gdt - 1
	.long boot_gdt

	.bss
	.balign 4096
	.globl boot_pml4, boot_pdpt, boot_tsc
boot_pml4: .skip 4096
boot_pdpt: .skip 4096
boot_directories: .skip BOOT_DIRECTORIES * 4096
	.skip 4096
boot_stack_end:
boot_tsc: .skip 8

	.section .cores, "a"
	.balign 8
amd:	.incbin "core-amd.elf"
amd_end:
	.balign 8
intel:	.incbin "core-intel.elf"
intel_end:
	.section .rodata
	.globl image_cores /* image.c */
	.balign 8
image_cores:
	.quad amd, amd_end - amd, intel, intel_end - intel

	.section .note.GNU-stack, "", @progbits
