/* SPDX-License-Identifier: ISC */
/*
 * A 32-bit program of a 64-bit Linux: writes a line by INT 80h, then one by the kernel's own entry (AT_SYSINFO, in the vDSO), and
 * names the instruction that stands there. Which one it is the kernel takes from CPUID: SYSCALL where that says AMD,
 * SYSENTER where it says Intel. On a CPU that has it in 64-bit code only the second line is a SIGILL.
 */
#include <stdint.h>

enum { SYS_EXIT = 1, SYS_WRITE = 4, AUX_SYSINFO = 32, VDSO_BYTES = 32 };
void begin(const uintptr_t *stack);

static void call_80(uint32_t number, uint32_t a, const char *b, uint32_t c)
{
	__asm__ volatile("int $0x80" : "+a"(number) : "b"(a), "c"(b), "d"(c) : "memory");
}

static void call_vdso(uintptr_t entry, uint32_t number, uint32_t a, const char *b, uint32_t c)
{
	__asm__ volatile("call *%1" : "+a"(number) : "S"(entry), "b"(a), "c"(b), "d"(c) : "memory");
}

static uint32_t length(const char *text)
{
	uint32_t bytes = 0;

	while (text[bytes])
		bytes++;
	return bytes;
}

static const char *name(const uint8_t *code)
{
	for (unsigned i = 0; i < VDSO_BYTES; i++)
		if (code[i] == 0x0f && (code[i + 1] == 0x05 || code[i + 1] == 0x34))
			return code[i + 1] == 0x05 ? "by SYSCALL\n" : "by SYSENTER\n";
	return "by neither SYSCALL nor SYSENTER\n";
}

/* The stack at the start: the number of arguments, they, 0, the environment, 0, pairs of what the kernel tells. */
void begin(const uintptr_t *stack)
{
	static const char first[] = "by INT 80h\n";
	const uintptr_t *word = stack + 1 + stack[0] + 1;

	while (*word++)
		;
	while (word[0] && word[0] != AUX_SYSINFO)
		word += 2;
	call_80(SYS_WRITE, 1, first, sizeof(first) - 1);
	if (word[0]) {
		const char *second = name((const uint8_t *)word[1]);
		call_vdso(word[1], SYS_WRITE, 1, second, length(second));
	}
	call_80(SYS_EXIT, 0, 0, 0);
}

__asm__(".globl _start\n_start: mov %esp, %eax\nand $-16, %esp\nsub $12, %esp\npush %eax\ncall begin");
