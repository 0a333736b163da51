/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_BOOT_H
#define DEVICES_BOOT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/frame.h"
#include "devices/e820.h"
#include "devices/guest_memory.h"

/*
 * Direct boot: put a kernel into guest memory and say in which state the first vCPU starts. Each loader is a pure
 * function of files and memory; it gives 0 or a message for people that says what is wrong with the file. `entry` is
 * complete (FRAME_HAS_ALL) when the answer is 0. No length in a file is believed.
 */
#define BOOT_MODULES_MAX 9u /* the initrd and eight of the description */
#define BOOT_MODULE_TEXT 32u
struct boot_module {
	const uint8_t *bytes;
	uint64_t size;
	const char *text; /* at most BOOT_MODULE_TEXT - 1 characters */
};
struct boot_files {
	const uint8_t *kernel, *initrd; /* initrd: 0 = none */
	uint64_t kernel_bytes, initrd_bytes;
	const char *options; /* the command line */
	uint64_t rsdp;       /* guest-physical address of the ACPI root pointer, 0 = none */
	bool has_screen;     /* a VGA, in text mode */
	const struct boot_module *module;
	unsigned module_count;
};

/* Linux/x86 boot protocol 2.06 or later (Documentation/x86/boot.rst), 32-bit entry. */
const char *boot_linux(const struct guest_memory *memory, const struct boot_files *files, struct exit_frame *entry);
/* Multiboot 1 (specification 0.6.96), address fields or ELF. */
const char *boot_multiboot(const struct guest_memory *memory, const struct boot_files *files, struct exit_frame *entry);
/* Multiboot 2 (specification 2.0), address tag or ELF. */
const char *boot_multiboot2(const struct guest_memory *memory, const struct boot_files *files,
                            struct exit_frame *entry);
/* ELF with XEN_ELFNOTE_PHYS32_ENTRY (Xen docs/misc/pvh.pandoc, hvm_start_info version 1). */
const char *boot_pvh(const struct guest_memory *memory, const struct boot_files *files, struct exit_frame *entry);

/* The firmware among the guest's ROMs, from its reset vector. */
const char *boot_firmware(const struct guest_memory *memory, struct exit_frame *entry);

/* --- shared by the loaders --- */

/* Low memory that the loaders write; no kernel may be loaded over it. */
enum {
	BOOT_GDT = 0x1000,
	BOOT_INFO = 0x2000, /* boot_params, multiboot information or hvm_start_info */
	BOOT_MAP = 0x3000,
	BOOT_MODULES = 0x4000,
	BOOT_TEXT = 0x5000,
	BOOT_TEXT_BYTES = 0x2000,
	BOOT_AREA_END = 0x8000,
};
#define BOOT_MAP_ENTRIES 16u

/* 32-bit protected mode, flat segments (code 10h, data 18h), paging and interrupts off, at `rip`; writes the GDT. */
bool boot_flat(const struct guest_memory *memory, struct exit_frame *entry, uint32_t rip);
/* The guest's memory map. */
bool boot_map(const struct guest_memory *memory, struct e820_list *list);
/* Puts the command line at BOOT_TEXT; false if it is longer than `limit` bytes without the NUL. */
bool boot_text(const struct guest_memory *memory, const char *text, uint64_t limit);
/* Puts the initrd at the highest page below `limit` that leaves [.., floor) alone; its address, 0: it does not fit. */
uint64_t boot_initrd(const struct guest_memory *memory, const struct boot_files *files, uint64_t floor, uint64_t limit);

/* Initrd and modules, in this order: where they lie in guest memory, above `floor`; false: they do not fit. */
struct boot_placed {
	uint32_t start, end, text; /* addresses of its first byte, the byte behind it, its text */
	const char *words;         /* the text */
};
bool boot_modules(const struct guest_memory *memory, const struct boot_files *files, uint64_t floor,
                  struct boot_placed placed[BOOT_MODULES_MAX], unsigned *count);

static inline bool boot_inside(uint64_t offset, uint64_t length, uint64_t size)
{
	return offset <= size && length <= size - offset;
}

#endif
