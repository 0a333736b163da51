/* SPDX-License-Identifier: ISC */
/* What all direct-boot loaders share: the flat start state, the memory map, the command line and the initrd. */
#include "devices/boot.h"

enum { CODE_SELECTOR = 0x10, DATA_SELECTOR = 0x18, TASK_SELECTOR = 0x20 };
enum { ATTRIBUTE_CODE = 0xc9b, ATTRIBUTE_DATA = 0xc93, ATTRIBUTE_TASK = 0x08b, ATTRIBUTE_LDT = 0x082 };
#define PAT_RESET UINT64_C(0x0007040600070406)

static const uint64_t gdt[5] = {0, 0, UINT64_C(0x00cf9b000000ffff), UINT64_C(0x00cf93000000ffff),
                                UINT64_C(0x00008b0000000067)};

bool boot_flat(const struct guest_memory *memory, struct exit_frame *entry, uint32_t rip)
{
	static const struct frame_segment data = {DATA_SELECTOR, ATTRIBUTE_DATA, 0xffffffff, 0};
	*entry = (struct exit_frame){.valid = FRAME_HAS_ALL, .rip = rip, .rflags = 2, .cr0 = 0x11};
	for (unsigned i = FRAME_ES; i <= FRAME_GS; i++)
		entry->segment[i] = data;
	entry->segment[FRAME_CS] = (struct frame_segment){CODE_SELECTOR, ATTRIBUTE_CODE, 0xffffffff, 0};
	entry->segment[FRAME_GDTR] = (struct frame_segment){0, 0, sizeof gdt - 1, BOOT_GDT};
	entry->segment[FRAME_LDTR] = (struct frame_segment){0, ATTRIBUTE_LDT, 0xffff, 0};
	entry->segment[FRAME_IDTR] = (struct frame_segment){0, 0, 0, 0};
	entry->segment[FRAME_TR] = (struct frame_segment){TASK_SELECTOR, ATTRIBUTE_TASK, 0x67, 0};
	entry->dr6 = 0xffff0ff0;
	entry->dr7 = 0x400;
	entry->pat = PAT_RESET;
	return guest_memory_write(memory, BOOT_GDT, gdt, sizeof gdt);
}

bool boot_map(const struct guest_memory *memory, struct e820_list *list)
{
	uint64_t high = 0;
	for (unsigned i = 0; i < memory->count; i++)
		if (memory->range[i].gpa >= GUEST_HOLE_END)
			high += memory->range[i].size;
	return e820_pc(list, guest_memory_low_end(memory), high) == OK;
}

static uint64_t length_of(const char *text)
{
	uint64_t length = 0;
	while (text[length])
		length++;
	return length;
}

bool boot_text(const struct guest_memory *memory, const char *text, uint64_t limit)
{
	uint64_t length = length_of(text);
	if (length > limit || length >= BOOT_TEXT_BYTES)
		return false;
	return guest_memory_write(memory, BOOT_TEXT, text, length + 1);
}

uint64_t boot_initrd(const struct guest_memory *memory, const struct boot_files *files, uint64_t floor, uint64_t limit)
{
	uint64_t end = guest_memory_low_end(memory);
	if (end > limit)
		end = limit;
	if (files->initrd_bytes > end)
		return 0;
	uint64_t base = (end - files->initrd_bytes) & ~UINT64_C(4095);
	if (base < floor || base < BOOT_AREA_END)
		return 0;
	return guest_memory_write(memory, base, files->initrd, files->initrd_bytes) ? base : 0;
}
