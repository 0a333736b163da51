/* SPDX-License-Identifier: ISC */
/*
 * Starting by firmware. Its ROM is mapped read-only below 4 GiB; the last 128 KiB of it also lie, as RAM, where a PC has
 * its BIOS. Then vCPU 0 starts as after a reset (SDM 3A 9.1.4, APM 2 14.1.3).
 */
#include "devices/boot.h"

enum { BIOS_BASE = 0xe0000, BIOS_BYTES = 0x20000, RESET_IP = 0xfff0, RESET_CS = 0xf000 };
enum { ATTRIBUTE_CODE = 0x09b, ATTRIBUTE_DATA = 0x093, ATTRIBUTE_LDT = 0x082, ATTRIBUTE_TASK = 0x08b };
#define RESET_CS_BASE UINT64_C(0xffff0000)
#define RESET_CR0 UINT64_C(0x60000010)
#define RESET_PAT UINT64_C(0x0007040600070406)

/* The layer's CPU and its guest's are the same. */
static uint32_t signature(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return eax;
}

const char *boot_firmware(const struct guest_memory *memory, struct exit_frame *entry)
{
	static const struct frame_segment data = {0, ATTRIBUTE_DATA, 0xffff, 0};
	uint8_t *bios = guest_memory_at(memory, BIOS_BASE, BIOS_BYTES);
	if (!bios || !memory->rom_count || memory->rom[0].size < BIOS_BYTES)
		return "the firmware is smaller than 128 KiB";
	__builtin_memcpy(bios, memory->rom[0].bytes + memory->rom[0].size - BIOS_BYTES, BIOS_BYTES);
	*entry = (struct exit_frame){.valid = FRAME_HAS_ALL, .rip = RESET_IP, .rflags = 2, .cr0 = RESET_CR0};
	for (unsigned i = FRAME_ES; i <= FRAME_GS; i++)
		entry->segment[i] = data;
	entry->segment[FRAME_CS] = (struct frame_segment){RESET_CS, ATTRIBUTE_CODE, 0xffff, RESET_CS_BASE};
	entry->segment[FRAME_GDTR] = entry->segment[FRAME_IDTR] = (struct frame_segment){0, 0, 0xffff, 0};
	entry->segment[FRAME_LDTR] = (struct frame_segment){0, ATTRIBUTE_LDT, 0xffff, 0};
	entry->segment[FRAME_TR] = (struct frame_segment){0, ATTRIBUTE_TASK, 0xffff, 0};
	entry->gpr[FRAME_RDX] = signature();
	entry->dr6 = 0xffff0ff0;
	entry->dr7 = 0x400;
	entry->pat = RESET_PAT;
	return 0;
}
