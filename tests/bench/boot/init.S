/* SPDX-License-Identifier: ISC */
/* The first process of a Linux that is measured: its first instruction is where the measurement ends. It prints the prompt
 * that tests/bench/watch waits for, and sleeps. */
#include <asm/unistd_64.h>
	.globl _start
_start:
	mov $__NR_write, %eax
	mov $1, %edi
	lea prompt(%rip), %rsi
	mov $prompt_end - prompt, %edx
	syscall
1:	mov $__NR_pause, %eax
	syscall
	jmp 1b
prompt:
	.ascii "\n~ # "
prompt_end:
