/* SPDX-License-Identifier: ISC */
/*
 * Modules of the Multiboot loaders: the initrd is the first one, without a text; the description's follow in their order,
 * each on pages of its own below the one before, so that the kernel and what it needs behind itself stay free.
 */
#include "devices/boot.h"

enum { TEXTS = BOOT_MODULES + 0x800 };

static uint64_t text_bytes(const char *text)
{
	uint64_t length = 0;
	while (length < BOOT_MODULE_TEXT - 1 && text[length])
		length++;
	return length;
}

static bool place(const struct guest_memory *memory, const struct boot_module *module, uint64_t floor, uint64_t *end,
                  struct boot_placed *placed)
{
	if (module->size > *end)
		return false;
	uint64_t base = (*end - module->size) & ~UINT64_C(4095);
	if (base < floor || base < BOOT_AREA_END || !guest_memory_write(memory, base, module->bytes, module->size))
		return false;
	*placed = (struct boot_placed){(uint32_t)base, (uint32_t)(base + module->size), 0, module->text};
	*end = base;
	return true;
}

/* Texts lie behind each other, each with its NUL. */
static bool put_text(const struct guest_memory *memory, struct boot_placed *placed, unsigned index)
{
	uint64_t length = text_bytes(placed->words);
	placed->text = TEXTS + index * BOOT_MODULE_TEXT;
	return guest_memory_fill(memory, placed->text, 0, BOOT_MODULE_TEXT) &&
	       guest_memory_write(memory, placed->text, placed->words, length);
}

bool boot_modules(const struct guest_memory *memory, const struct boot_files *files, uint64_t floor,
                  struct boot_placed placed[BOOT_MODULES_MAX], unsigned *count)
{
	const struct boot_module initrd = {files->initrd, files->initrd_bytes, ""};
	uint64_t end = guest_memory_low_end(memory);
	if (end > GUEST_HOLE_BASE)
		end = GUEST_HOLE_BASE;
	*count = 0;
	if (files->initrd_bytes && !place(memory, &initrd, floor, &end, &placed[(*count)++]))
		return false;
	for (unsigned i = 0; i < files->module_count && *count < BOOT_MODULES_MAX; i++)
		if (!place(memory, &files->module[i], floor, &end, &placed[(*count)++]))
			return false;
	for (unsigned i = 0; i < *count; i++)
		if (!put_text(memory, &placed[i], i))
			return false;
	return true;
}
