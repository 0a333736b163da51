/* SPDX-License-Identifier: ISC */
/*
 * MOV to CR0: what it may set is read back, and one that faults has changed nothing, also of the bits that VT-x leaves to
 * a shadow (NE, NW, CD).
 */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/trap.h"

#define CR0_PE UINT64_C(1)
#define CR0_NE (UINT64_C(1) << 5)
#define CR0_NW (UINT64_C(1) << 29)
#define CR0_CD (UINT64_C(1) << 30)
#define CR0_PG (UINT64_C(1) << 31)
#define GP 13u

static uint64_t read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value) : : "memory");
	return value;
}

static void write_cr0(void *value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static bool takes(uint64_t value)
{
	return trap_call(write_cr0, (void *)value) == TRAP_NONE && read_cr0() == value;
}

static bool refuses(uint64_t value)
{
	uint64_t before = read_cr0();

	return trap_call(write_cr0, (void *)value) == GP && read_cr0() == before;
}

static void read_nowhere(void *address)
{
	(void)*(volatile uint8_t *)address;
}

int main(void)
{
	uint64_t cr0 = read_cr0();

	trap_open();
	judge(takes(cr0 ^ CR0_NE) && takes(cr0 | CR0_CD) && takes(cr0 | CR0_CD | CR0_NW) && takes(cr0),
	      "NE, CD and NW are the guest's to set");
	judge(refuses((cr0 & ~CR0_CD) | CR0_NW), "NW without CD is #GP");
	judge(refuses((cr0 & ~CR0_PG) | CR0_CD), "so is paging turned off in 64-bit mode, and CD stays off");
	judge(refuses((cr0 & ~CR0_PE) | CR0_CD), "so is paging without protection");
	judge(refuses(cr0 | CR0_CD | UINT64_C(1) << 32), "and a reserved bit");
	judge(takes(cr0 | CR0_CD), "CD again");
	judge(refuses(cr0 & ~CR0_PG), "and refused while it is on, with it off");
	judge(trap_call(read_nowhere, (void *)(UINT64_C(1) << 63)) == GP && trap_call(read_nowhere, &cr0) == TRAP_NONE,
	      "other protection faults are the guest's own");
	judge(takes(cr0), "all as it was");
	judge_end();
	return 0;
}
