/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/idt.h"
#include "arch/x86_64/hw/percpu.h"

/*
 * Entry points of exceptions and interrupts. The timer and the kick only have to end a HLT or a guest's run: their
 * stub is an acknowledgement and IRET. Lines and NMI call C. An exception never returns.
 */
	.text
	.balign 16
	.globl vectors_exception, vectors_line, vector_nmi, vector_ack_xapic, vector_ack_x2apic, vector_spurious

vectors_exception:
	.set i, 0
	.rept 32
	push $i
	jmp exception
	.set i, i + 1
	.endr
exception:
	cld
	pop %rdi
	mov $0x60227d00, %eax /* the CPU pushes an error code with 8, 10 to 14, 17, 21, 29, 30 */
	bt %edi, %eax
	jc 1f
	push $0
1:	pop %rsi
	mov (%rsp), %rdx
	mov %cr2, %rcx
	and $-16, %rsp
	call core_panic

	.macro save
	.irp reg, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11
	push %\reg
	.endr
	cld
	.endm
	.macro restore
	.irp reg, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax
	pop %\reg
	.endr
	.endm

vector_nmi: /* the CPU's five words and our nine keep RSP aligned */
	save
	mov %rsp, %rdi
	shr $PERCPU_SHIFT, %rdi
	and $PERCPU_MASK, %edi
	call core_interrupt_nmi
	restore
	iretq

vectors_line:
	.set i, 0
	.rept VECTOR_LINES
	push $i
	jmp line
	.set i, i + 1
	.endr
line:
	save
	mov 72(%rsp), %edi
	sub $8, %rsp
	call ioapic_interrupt
	add $8, %rsp
	restore
	add $8, %rsp
vector_spurious:
	iretq

vector_ack_xapic:
	addr32 movl $0, 0xfee000b0
	iretq

vector_ack_x2apic:
	push %rax
	push %rcx
	push %rdx
	mov $0x80b, %ecx
	xor %eax, %eax
	xor %edx, %edx
	wrmsr
	pop %rdx
	pop %rcx
	pop %rax
	iretq

	/* _Noreturn void core_enter(uint64_t root, uint64_t cpu): from the starter, which is not mapped any more then */
	.globl core_enter
core_enter:
	mov %rdi, %cr3
	mov %esi, %edi
	inc %esi
	shl $PERCPU_SHIFT, %rsi
	movabs $PERCPU_HIGH, %rsp
	add %rsi, %rsp
	xor %ebp, %ebp
	call core_cpu_main
	ud2

	.section .note.GNU-stack, "", @progbits
