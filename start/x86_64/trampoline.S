/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/percpu.h"

/*
 * Where the other CPUs begin: real mode, any number of them at once, so without a stack until each has found its number
 * by its APIC id. Copied to some page below 1 MiB, so nothing in the 16-bit part depends on where it lies.
 */
	.text
	.globl trampoline, trampoline_end
	.code16
trampoline:
	cli
	mov %cs, %ax
	mov %ax, %ds
	lgdtl gdt_copy - trampoline
	mov $0x20, %eax
	mov %eax, %cr4
	mov $boot_pml4, %eax
	mov %eax, %cr3
	mov $0xc0000080, %ecx
	mov $0x900, %eax
	xor %edx, %edx
	wrmsr
	mov $0x80010033, %eax
	mov %eax, %cr0
	ljmpl $SELECTOR_CODE, $ap_entry
	.balign 4
gdt_copy:
	.skip 6 /* boot_gdt_register, copied by smp.c */
trampoline_end:
	.globl trampoline_gdt
	.set trampoline_gdt, gdt_copy

	.code64
ap_entry:
	mov $SELECTOR_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	xor %eax, %eax
	cpuid
	cmp $0xb, %eax
	jb 1f
	mov $0xb, %eax
	xor %ecx, %ecx
	cpuid
	test %ebx, %ebx
	jnz 2f
1:	mov $1, %eax
	cpuid
	shr $24, %ebx
	mov %ebx, %edx
2:	xor %edi, %edi
3:	cmp %edx, smp_apic_id(, %rdi, 4)
	je 4f
	inc %edi
	cmp smp_count, %edi
	jb 3b
5:	hlt /* not one of ours */
	jmp 5b
4:	lea 1(%rdi), %rax
	shl $PERCPU_SHIFT, %rax
	movabs $PERCPU_HIGH, %rsp
	add %rax, %rsp
	xor %ebp, %ebp
	call smp_main
	ud2

	.section .note.GNU-stack, "", @progbits
