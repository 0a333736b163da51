/* SPDX-License-Identifier: ISC */
#include "tests/guest/common/trap.h"
#include <stdbool.h>
#include "abi/info.h"
#include "sdk/x86_64/start.h"

extern const uint8_t trap_entry[];
uint32_t trap_call_at(trap_code *code, void *argument, void *user_stack);

#define PAGE_USER 4u
#define IMAGE_END (APP_IMAGE_GPA + 0x100000)

static uint8_t user_stack[4096] __attribute__((aligned(16)));
static uint8_t kernel_stack[4096] __attribute__((aligned(16)));
static struct {
	uint32_t reserved;
	uint64_t rsp[3], reserved2, ist[7];
	uint16_t reserved3[5], iopm;
} __attribute__((packed)) tss; /* APM 2 12.2.5 */
static uint64_t gdt[7];

void trap_open(void)
{
	for (unsigned i = 0; i < 32; i++)
		exception_gate(i, (uintptr_t)trap_entry + (uintptr_t)i * 16);
}

unsigned trap_call(trap_code *code, void *argument)
{
	return trap_call_at(code, argument, 0);
}

/* `int USER_END`: its gate is absent, so #GP; by the code, for QEMU 7.2 gives another error code than APM 2 8.2.13 */
static bool at_user_end(uint64_t rip)
{
	const uint8_t *code = (const uint8_t *)(uintptr_t)rip;

	return rip >= APP_IMAGE_GPA && rip < IMAGE_END && code[0] == 0xcd && code[1] == USER_END;
}

unsigned trap_call_user(trap_code *code, void *argument)
{
	unsigned vector = trap_call_at(code, argument, user_stack + sizeof(user_stack));

	return vector == 13 && at_user_end(trap_last.rip) ? TRAP_NONE : vector;
}

static void load_descriptors(void)
{
	struct {
		uint16_t limit;
		const void *base;
	} __attribute__((packed)) descriptor = {sizeof(gdt) - 1, gdt};

	__asm__ volatile("lgdt %0" : : "m"(descriptor));
	__asm__ volatile("ltr %w0" : : "r"(0x28));
}

void user_open(void)
{
	uint64_t base = (uintptr_t)&tss, limit = sizeof(tss) - 1;

	tss.rsp[0] = (uintptr_t)kernel_stack + sizeof(kernel_stack);
	tss.iopm = sizeof(tss);
	gdt[1] = 0x00af9b000000ffff;
	gdt[2] = 0x00cf93000000ffff;
	gdt[3] = 0x00affb000000ffff;
	gdt[4] = 0x00cff3000000ffff;
	gdt[5] = limit | (base & 0xffffff) << 16 | UINT64_C(0x89) << 40 | (base >> 24 & 0xff) << 56;
	gdt[6] = base >> 32;
	load_descriptors();
	uint64_t *directory = (uint64_t *)(uintptr_t)(start_pointers[0] & ~UINT64_C(0xfff));
	start_root[0] |= PAGE_USER;
	start_pointers[0] |= PAGE_USER;
	for (unsigned i = 0; i < 512; i++)
		directory[i] |= PAGE_USER;
	__asm__ volatile("mov %%cr3, %%rax; mov %%rax, %%cr3" : : : "rax", "memory");
}
