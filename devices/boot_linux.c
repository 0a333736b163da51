/* SPDX-License-Identifier: ISC */
/*
 * A bzImage is a real-mode part with the setup header, and the protected-mode kernel behind it. The header is copied
 * into a zeroed boot_params page, the loader's fields are filled in, and the kernel starts at its 32-bit entry.
 * Fields by their offset in boot_params, as in Documentation/x86/zero-page.rst and boot.rst.
 */
#include "devices/boot.h"

enum {
	VIDEO_MODE = 0x06,
	VIDEO_COLUMNS = 0x07,
	VIDEO_EGA_BX = 0x0a,
	VIDEO_LINES = 0x0e,
	VIDEO_IS_VGA = 0x0f,
	VIDEO_POINTS = 0x10,
	RSDP_ADDRESS = 0x070,
	E820_COUNT = 0x1e8,
	SETUP_SECTS = 0x1f1,
	BOOT_FLAG = 0x1fe,
	JUMP_LENGTH = 0x201,
	HEADER = 0x202,
	VERSION = 0x206,
	TYPE_OF_LOADER = 0x210,
	LOADFLAGS = 0x211,
	CODE32_START = 0x214,
	RAMDISK_IMAGE = 0x218,
	RAMDISK_SIZE = 0x21c,
	CMD_LINE_PTR = 0x228,
	INITRD_ADDR_MAX = 0x22c,
	KERNEL_ALIGNMENT = 0x230,
	RELOCATABLE = 0x234,
	CMDLINE_SIZE = 0x238,
	PREF_ADDRESS = 0x258,
	INIT_SIZE = 0x260,
	E820_TABLE = 0x2d0,
	BOOT_PARAMS_BYTES = 4096,
	LOADED_HIGH = 1,
	UNKNOWN_LOADER = 0xff,
	CLASSIC_ADDRESS = 0x100000,
	HEADER_LIMIT = 0x290, /* the header may grow up to the EDD buffer */
};

static uint64_t get(const uint8_t *bytes, unsigned offset, unsigned size)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)bytes[offset + i] << (8 * i);
	return value;
}

static void put(uint8_t *bytes, unsigned offset, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++)
		bytes[offset + i] = (uint8_t)(value >> (8 * i));
}

struct kernel {
	unsigned version;
	uint64_t offset, bytes;   /* of the protected-mode part in the file */
	uint64_t address, extent; /* where it goes, and how much it needs there while it unpacks itself */
};

static const char *inspect(const struct boot_files *files, struct kernel *kernel)
{
	const uint8_t *file = files->kernel;
	if (files->kernel_bytes < HEADER_LIMIT || get(file, BOOT_FLAG, 2) != 0xaa55 ||
	    get(file, HEADER, 4) != 0x53726448)
		return "kernel is not a Linux bzImage: no HdrS header at 202h";
	kernel->version = (unsigned)get(file, VERSION, 2);
	if (kernel->version < 0x206)
		return "Linux boot protocol is older than 2.06";
	if (!(file[LOADFLAGS] & LOADED_HIGH))
		return "kernel is a zImage, only a bzImage can be booted";
	uint64_t sectors = file[SETUP_SECTS] ? file[SETUP_SECTS] : 4;
	kernel->offset = (sectors + 1) * 512;
	if (kernel->offset >= files->kernel_bytes)
		return "kernel file is cut off before the protected-mode part";
	kernel->bytes = files->kernel_bytes - kernel->offset;
	kernel->address = CLASSIC_ADDRESS;
	kernel->extent = kernel->bytes;
	if (kernel->version >= 0x20a) {
		if (get(file, INIT_SIZE, 4) > kernel->extent)
			kernel->extent = get(file, INIT_SIZE, 4);
		kernel->address = get(file, PREF_ADDRESS, 8);
	}
	return 0;
}

/* The preferred address if there is room, else the classic one for a kernel that can move. */
static const char *place(const struct guest_memory *memory, const uint8_t *file, struct kernel *kernel)
{
	if (kernel->address >= CLASSIC_ADDRESS && guest_memory_at(memory, kernel->address, kernel->extent))
		return 0;
	uint64_t alignment = get(file, KERNEL_ALIGNMENT, 4);
	if (kernel->version < 0x20a || !file[RELOCATABLE] || alignment == 0 || (alignment & (alignment - 1)))
		return "guest memory is too small for the kernel at the address it needs";
	kernel->address = (CLASSIC_ADDRESS + alignment - 1) & ~(alignment - 1);
	if (!guest_memory_at(memory, kernel->address, kernel->extent))
		return "guest memory is too small for the kernel to unpack itself";
	return 0;
}

static bool fill_map(const struct guest_memory *memory, uint8_t *params)
{
	struct e820_entry entries[BOOT_MAP_ENTRIES];
	struct e820_list list = {entries, 0, BOOT_MAP_ENTRIES};
	if (!boot_map(memory, &list))
		return false;
	__builtin_memcpy(params + E820_TABLE, entries, list.count * sizeof entries[0]);
	params[E820_COUNT] = (uint8_t)list.count;
	return true;
}

static void copy_header(uint8_t *params, const uint8_t *file)
{
	unsigned end = HEADER + file[JUMP_LENGTH];
	if (end > HEADER_LIMIT)
		end = HEADER_LIMIT;
	__builtin_memset(params, 0, BOOT_PARAMS_BYTES);
	__builtin_memcpy(params + SETUP_SECTS, file + SETUP_SECTS, end - SETUP_SECTS);
}

/* As the real-mode part, which does not run, would have found it: 80 by 25, colour, characters of 16 lines. Else the kernel
 * takes a screen for missing. */
static void fill_screen(uint8_t *params)
{
	params[VIDEO_MODE] = 3;
	params[VIDEO_COLUMNS] = 80;
	params[VIDEO_EGA_BX] = 3; /* 256 KiB */
	params[VIDEO_LINES] = 25;
	params[VIDEO_IS_VGA] = 1;
	params[VIDEO_POINTS] = 16;
}

const char *boot_linux(const struct guest_memory *memory, const struct boot_files *files, struct exit_frame *entry)
{
	struct kernel kernel;
	const char *wrong = inspect(files, &kernel);
	if (!wrong)
		wrong = place(memory, files->kernel, &kernel);
	if (wrong)
		return wrong;
	uint8_t *params = guest_memory_at(memory, BOOT_INFO, BOOT_PARAMS_BYTES);
	if (!params)
		return "guest memory is too small for the boot parameters";
	copy_header(params, files->kernel);
	if (!fill_map(memory, params))
		return "guest memory map is impossible";
	if (!boot_text(memory, files->options, get(params, CMDLINE_SIZE, 4)))
		return "kernel command line is too long for this kernel";
	uint64_t initrd = 0;
	if (files->initrd_bytes) {
		uint64_t limit = get(params, INITRD_ADDR_MAX, 4) + 1;
		initrd = boot_initrd(memory, files, kernel.address + kernel.extent, limit);
		if (!initrd)
			return "guest memory is too small for kernel and initrd";
	}
	if (files->has_screen)
		fill_screen(params);
	params[TYPE_OF_LOADER] = UNKNOWN_LOADER;
	put(params, RSDP_ADDRESS, 8, files->rsdp);
	put(params, CODE32_START, 4, kernel.address);
	put(params, RAMDISK_IMAGE, 4, initrd);
	put(params, RAMDISK_SIZE, 4, files->initrd_bytes);
	put(params, CMD_LINE_PTR, 4, BOOT_TEXT);
	guest_memory_write(memory, kernel.address, files->kernel + kernel.offset, kernel.bytes);
	boot_flat(memory, entry, (uint32_t)kernel.address);
	entry->gpr[FRAME_RSI] = BOOT_INFO;
	return 0;
}
