/* SPDX-License-Identifier: ISC */
/* One function per instruction. RDI = a page of the application's own; nothing needs to be preserved but the stack. */
	.section .text.code, "ax"
	.macro code name, body
	.globl code_\name
code_\name:
	movq %rdi, %rax
	xorl %ecx, %ecx
	xorl %edx, %edx
	\body
	ret
	.endm
	code vmrun, "vmrun"
	code vmload, "vmload"
	code vmsave, "vmsave"
	code stgi, "stgi"
	code clgi, "clgi"
	code skinit, "xorl %eax, %eax; skinit"
	code invlpga, "invlpga"
	code monitor, "monitor"
	code mwait, "xorl %eax, %eax; mwait"
	code monitorx, ".byte 0x0f, 0x01, 0xfa"
	code mwaitx, "xorl %eax, %eax; .byte 0x0f, 0x01, 0xfb"
	code rdpmc, "rdpmc"
	code rdpru, ".byte 0x0f, 0x01, 0xfd"
	code icebp, ".byte 0xf1"
	code read_cr8, "movq %cr8, %rdx"
	code write_cr8, "movq %rdx, %cr8"
	code xsetbv_zero, "xorl %eax, %eax; xsetbv"
	code xsetbv_all, "movl $-1, %eax; movl $-1, %edx; xsetbv"
	code invd, "invd"
	code wbinvd, "wbinvd"
	code cr0, "movq %cr0, %rdx; movq %rdx, %cr0"
	code cr2, "movq %cr2, %rdx; movq %rdx, %cr2"
	code cr3, "movq %cr3, %rdx; movq %rdx, %cr3"
	code cr4, "movq %cr4, %rdx; movq %rdx, %cr4"
	code clts, "clts"
	code lmsw, "smsw %ax; lmsw %ax"
	code dr0, "movq %db0, %rdx; movq %rdx, %db0"
	code dr7_high, "movq $-1, %rdx; movq %rdx, %db7"
	code lgdt, "sgdt (%rdi); lgdt (%rdi)"
	code lidt, "sidt (%rdi); lidt (%rdi)"
	code lldt_zero, "sldt %ax; lldt %cx"
	code lldt_bad, "movl $0x18, %eax; lldt %ax"
	code ltr_bad, "movl $0x10, %eax; ltr %ax"
	code invlpg, "invlpg (%rdi)"
	code invpcid, ".byte 0x66, 0x0f, 0x38, 0x82, 0x07"
	code swapgs, "swapgs; swapgs"
	code wrfsbase, "wrfsbase %rdx"
	code cli, "cli"
	code rsm, "rsm"
	code foreign_call, "cmpb $0, hypercall_intel(%rip); je 1f; vmmcall; ret; 1: vmcall"
	code vmxon, "vmxon (%rdi)"
	code vmclear, "vmclear (%rdi)"
	code vmptrld, "vmptrld (%rdi)"
	code vmlaunch, "vmlaunch"
	code vmread, "vmread %rax, %rdx"
	code vmwrite, "vmwrite %rax, %rdx"
	code vmresume, "vmresume"
	code vmptrst, "vmptrst (%rdi)"
	code vmxoff, "vmxoff"
	code invept, "invept (%rdi), %rdx"
	code invvpid, "invvpid (%rdi), %rdx"
	code vmfunc, ".byte 0x0f, 0x01, 0xd4"
	code getsec, ".byte 0x0f, 0x37"
	code encls, ".byte 0x0f, 0x01, 0xcf"
	code pconfig, ".byte 0x0f, 0x01, 0xc5"
	code xsaves, ".byte 0x48, 0x0f, 0xc7, 0x2f"
	code sysret, "sysretq"
	code sysexit, "sysexitl"
	code syscall, "syscall"
	code sysenter, "sysenter"
	code int3, "int3"
	code int_20, "int $0x21"
	code ud2, "ud2"
	code in_port, "movl $0x80, %edx; inb %dx, %al"
	code out_port, "movl $0x80, %edx; outb %al, %dx"
	code rdmsr_svm, "movl $0xc0010117, %ecx; rdmsr"
	code wrmsr_svm, "movl $0xc0010117, %ecx; wrmsr"
	code wrmsr_hwcr, "movl $0xc0010114, %ecx; wrmsr"
	code nothing, "nop"
	code far_bad, "pushq $0xfff8; pushq $0; lretq $16"
	code iret_bad, "pushq $0; pushq $0; pushq $2; pushq $0xfff8; pushq $0; iretq"
	code noncanonical, "btsq $60, %rdi; movb (%rdi), %al"
	code divide, "xorl %eax, %eax; divl %ecx"

	.globl code_user
code_user: /* at CPL 3: RDI = struct { code, argument } */
	movq (%rdi), %rax
	movq 8(%rdi), %rdi
	call *%rax
	int $0x20
	.section .note.GNU-stack, "", @progbits
