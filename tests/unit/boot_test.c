/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <cpuid.h>
#include "devices/boot.h"

#define MIB UINT64_C(0x100000)
#define RAM (32 * MIB)
#define FILE_BYTES (64u * 1024)

static struct guest_memory memory;
static struct exit_frame entry;
static struct boot_files files;
static uint8_t file[FILE_BYTES], initrd[5000];

static int setup(void **state)
{
	(void)state;
	memory = (struct guest_memory){0};
	guest_memory_add(&memory, 0, RAM, calloc(1, RAM));
	memset(file, 0, sizeof file);
	memset(initrd, 0x5a, sizeof initrd);
	files = (struct boot_files){.kernel = file, .kernel_bytes = FILE_BYTES, .options = "quiet", .rsdp = 0xe0000};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(memory.range[0].bytes);
	return 0;
}

static void put(unsigned at, unsigned size, uint64_t value)
{
	memcpy(file + at, &value, size);
}

static uint64_t guest(uint64_t gpa, unsigned size)
{
	uint64_t value = 0;
	assert_true(guest_memory_read(&memory, gpa, &value, size));
	return value;
}

static void assert_text(uint64_t gpa, const char *text)
{
	const char *there = guest_memory_at(&memory, gpa, strlen(text) + 1);
	assert_non_null(there);
	assert_string_equal(there, text);
}

static void assert_flat(uint32_t rip)
{
	assert_int_equal(entry.rip, rip);
	assert_int_equal(entry.cr0 & 0x80000001, 1);
	assert_int_equal(entry.efer, 0);
	assert_int_equal(entry.rflags, 2);
	assert_int_equal(entry.segment[FRAME_CS].attributes, 0xc9b);
	assert_int_equal(entry.segment[FRAME_DS].limit, 0xffffffff);
	assert_int_equal(guest(BOOT_GDT + entry.segment[FRAME_CS].selector, 8), 0x00cf9b000000ffff);
	assert_int_equal(guest(BOOT_GDT + entry.segment[FRAME_DS].selector, 8), 0x00cf93000000ffff);
}

/* --- Linux --- */

static void make_linux(void)
{
	file[0x1f1] = 1; /* one sector of set-up: the kernel proper begins at 1024 */
	put(0x1fe, 2, 0xaa55);
	put(0x200, 2, 0x66eb);
	memcpy(file + 0x202, "HdrS", 4);
	put(0x206, 2, 0x20f);
	file[0x211] = 1;
	put(0x22c, 4, 0x7fffffff);
	put(0x230, 4, 0x200000);
	file[0x234] = 1;
	put(0x238, 4, 2047);
	put(0x258, 8, 16 * MIB);
	put(0x260, 4, 4 * MIB);
	memset(file + 1024, 0xc3, FILE_BYTES - 1024);
}

static void linux_starts_at_its_preferred_address_with_its_parameters(void **state)
{
	(void)state;
	make_linux();
	files.initrd = initrd;
	files.initrd_bytes = sizeof initrd;
	assert_null(boot_linux(&memory, &files, &entry));
	assert_flat(16 * MIB);
	assert_int_equal(entry.gpr[FRAME_RSI], BOOT_INFO);
	assert_int_equal(guest(16 * MIB, 1), 0xc3);
	assert_int_equal(guest(BOOT_INFO + 0x202, 4), 0x53726448);
	assert_int_equal(guest(BOOT_INFO + 0x210, 1), 0xff);
	assert_int_equal(guest(BOOT_INFO + 0x070, 8), 0xe0000);
	assert_int_equal(guest(BOOT_INFO + 0x214, 4), 16 * MIB);
	assert_text(guest(BOOT_INFO + 0x228, 4), "quiet");
	uint64_t at = guest(BOOT_INFO + 0x218, 4);
	assert_int_equal(at, (RAM - sizeof initrd) & ~UINT64_C(4095));
	assert_int_equal(guest(BOOT_INFO + 0x21c, 4), sizeof initrd);
	assert_memory_equal(guest_memory_at(&memory, at, sizeof initrd), initrd, sizeof initrd);
}

static void linux_is_told_of_a_screen_only_where_there_is_one(void **state)
{
	(void)state;
	make_linux();
	assert_null(boot_linux(&memory, &files, &entry));
	assert_int_equal(guest(BOOT_INFO, 8) | guest(BOOT_INFO + 8, 8), 0);
	files.has_screen = true;
	assert_null(boot_linux(&memory, &files, &entry));
	assert_int_equal(guest(BOOT_INFO + 0x06, 2), 3 | 80 << 8);
	assert_int_equal(guest(BOOT_INFO + 0x0a, 2), 3);
	assert_int_equal(guest(BOOT_INFO + 0x0e, 2), 25 | 1 << 8);
	assert_int_equal(guest(BOOT_INFO + 0x10, 2), 16);
}

static void linux_is_told_its_memory(void **state)
{
	(void)state;
	make_linux();
	assert_null(boot_linux(&memory, &files, &entry));
	uint64_t count = guest(BOOT_INFO + 0x1e8, 1), ram = 0;
	assert_in_range(count, 2, BOOT_MAP_ENTRIES);
	for (uint64_t i = 0; i < count; i++) {
		struct e820_entry e;
		assert_true(guest_memory_read(&memory, BOOT_INFO + 0x2d0 + i * sizeof e, &e, sizeof e));
		if (e.type == E820_RAM) {
			assert_true(e.base + e.size <= 0xa0000 || e.base >= MIB);
			ram += e.size;
		}
	}
	assert_int_equal(ram, RAM - MIB + 0xa0000);
}

static void linux_moves_down_when_memory_is_small(void **state)
{
	(void)state;
	make_linux();
	memory.range[0].size = 8 * MIB;
	assert_null(boot_linux(&memory, &files, &entry));
	assert_flat(2 * MIB);
	file[0x234] = 0;
	assert_non_null(boot_linux(&memory, &files, &entry));
}

static void linux_files_that_are_none_are_named(void **state)
{
	(void)state;
	assert_non_null(strstr(boot_linux(&memory, &files, &entry), "HdrS"));
	make_linux();
	put(0x206, 2, 0x205);
	assert_non_null(strstr(boot_linux(&memory, &files, &entry), "2.06"));
	make_linux();
	file[0x211] = 0;
	assert_non_null(strstr(boot_linux(&memory, &files, &entry), "zImage"));
	make_linux();
	file[0x1f1] = 200;
	assert_non_null(strstr(boot_linux(&memory, &files, &entry), "cut off"));
	make_linux();
	put(0x260, 4, 0xffffffff);
	assert_non_null(strstr(boot_linux(&memory, &files, &entry), "too small"));
	make_linux();
	put(0x238, 4, 3);
	assert_non_null(strstr(boot_linux(&memory, &files, &entry), "too long"));
	make_linux();
	files.initrd = initrd;
	files.initrd_bytes = RAM;
	assert_non_null(strstr(boot_linux(&memory, &files, &entry), "initrd"));
}

static void linux_preferred_addresses_from_outside_memory_do_not_wrap(void **state)
{
	(void)state;
	make_linux();
	put(0x258, 8, ~UINT64_C(0) - 4096);
	assert_null(boot_linux(&memory, &files, &entry));
	assert_flat(2 * MIB);
	put(0x258, 8, 0);
	assert_null(boot_linux(&memory, &files, &entry));
	assert_flat(2 * MIB);
}

/* --- Multiboot --- */

static void make_multiboot(unsigned at, uint32_t flags)
{
	put(at, 4, 0x1badb002);
	put(at + 4, 4, flags);
	put(at + 8, 4, (uint32_t)(0u - 0x1badb002u - flags));
}

static void make_addresses(unsigned at, uint32_t load, uint32_t load_end, uint32_t bss_end)
{
	put(at + 12, 4, load + at);
	put(at + 16, 4, load);
	put(at + 20, 4, load_end);
	put(at + 24, 4, bss_end);
	put(at + 28, 4, load + 0x100);
}

static void multiboot_loads_by_its_address_fields(void **state)
{
	(void)state;
	make_multiboot(64, 0x10003);
	make_addresses(64, 2 * MIB, 0, 3 * MIB);
	file[FILE_BYTES - 1] = 0x77;
	memset(guest_memory_at(&memory, 2 * MIB, MIB), 0xff, MIB);
	assert_null(boot_multiboot(&memory, &files, &entry));
	assert_flat(2 * MIB + 0x100);
	assert_int_equal(entry.gpr[FRAME_RAX], 0x2badb002);
	assert_int_equal(entry.gpr[FRAME_RBX], BOOT_INFO);
	assert_int_equal(guest(2 * MIB + FILE_BYTES - 1, 1), 0x77);
	assert_int_equal(guest(2 * MIB + FILE_BYTES, 8), 0);
	assert_int_equal(guest(3 * MIB - 8, 8), 0);
}

static void multiboot_information_has_map_command_line_and_module(void **state)
{
	(void)state;
	make_multiboot(0, 0x10000);
	make_addresses(0, MIB, 0, 0);
	files.initrd = initrd;
	files.initrd_bytes = sizeof initrd;
	assert_null(boot_multiboot(&memory, &files, &entry));
	uint64_t flags = guest(BOOT_INFO, 4);
	assert_int_equal(flags & 0x4d, 0x4d);
	assert_int_equal(guest(BOOT_INFO + 8, 4), RAM / 1024 - 1024);
	assert_text(guest(BOOT_INFO + 16, 4), "quiet");
	assert_int_equal(guest(BOOT_INFO + 20, 4), 1);
	uint64_t module = guest(BOOT_INFO + 24, 4);
	assert_int_equal(guest(guest(module, 4), 1), 0x5a);
	assert_int_equal(guest(module + 4, 4) - guest(module, 4), sizeof initrd);
	uint64_t map = guest(BOOT_INFO + 48, 4), bytes = guest(BOOT_INFO + 44, 4);
	assert_int_equal(bytes % 24, 0);
	assert_int_equal(guest(map, 4), 20);
	assert_int_equal(guest(map + 4, 8), 0);
}

static void multiboot_files_that_are_none_are_named(void **state)
{
	(void)state;
	assert_non_null(strstr(boot_multiboot(&memory, &files, &entry), "no Multiboot"));
	make_multiboot(8192, 0x10000);
	assert_non_null(strstr(boot_multiboot(&memory, &files, &entry), "no Multiboot"));
	make_multiboot(0, 4);
	assert_non_null(strstr(boot_multiboot(&memory, &files, &entry), "requires"));
	make_multiboot(0, 0);
	assert_non_null(strstr(boot_multiboot(&memory, &files, &entry), "not an ELF"));
}

static void multiboot_addresses_are_checked(void **state)
{
	(void)state;
	static const struct {
		uint32_t header, load, load_end, bss_end;
	} bad[] = {
	        {0x100000, 0x200000, 0, 0},                         /* header before what is loaded */
	        {0x300000, 0x200000, 0, 0},                         /* load begins before the file */
	        {0x200040, 0x200000, 0x100000, 0},                  /* ends before it begins */
	        {0x200040, 0x200000, 0x200000 + FILE_BYTES + 1, 0}, /* longer than the file */
	        {0x200040, 0x200000, 0, RAM + 1},                   /* bss outside memory */
	        {RAM - 4096 + 64, RAM - 4096, 0, 0},                /* does not fit */
	        {0x1040, 0x1000, 0, 0},                             /* over the loader's tables */
	        {0xffffff40, 0xffffff00, 0, 0},                     /* wraps */
	};
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		make_multiboot(64, 0x10000);
		put(64 + 12, 4, bad[i].header);
		put(64 + 16, 4, bad[i].load);
		put(64 + 20, 4, bad[i].load_end);
		put(64 + 24, 4, bad[i].bss_end);
		assert_non_null(boot_multiboot(&memory, &files, &entry));
	}
}

/* --- Multiboot 2 --- */

static unsigned tag_at;

/* Begins a header at `at`; put_tag adds to it, end_header closes it. */
static void begin_header(unsigned at)
{
	tag_at = at + 16;
	put(at, 4, 0xe85250d6);
	put(at + 4, 4, 0);
}

static void put_tag(unsigned type, unsigned flags, unsigned count, const uint32_t *words)
{
	put(tag_at, 2, type);
	put(tag_at + 2, 2, flags);
	put(tag_at + 4, 4, 8 + 4 * count);
	for (unsigned i = 0; i < count; i++)
		put(tag_at + 8 + 4 * i, 4, words[i]);
	tag_at += (8 + 4 * count + 7) & ~7u;
}

static void end_header(unsigned at)
{
	put_tag(0, 0, 0, NULL);
	put(at + 8, 4, tag_at - at);
	put(at + 12, 4, (uint32_t)(0u - 0xe85250d6u - (tag_at - at)));
}

static void make_multiboot2(unsigned at, uint32_t load, uint32_t load_end, uint32_t bss_end)
{
	begin_header(at);
	put_tag(2, 0, 4, (uint32_t[]){load + at, load, load_end, bss_end});
	put_tag(3, 0, 1, (uint32_t[]){load + 0x200});
	end_header(at);
}

/* The `which`-th tag of a type in the information; 0: there is none. */
static uint64_t told(unsigned type, unsigned which)
{
	uint64_t at = entry.gpr[FRAME_RBX], end = at + guest(at, 4);
	for (at += 8; at < end; at += (guest(at + 4, 4) + 7) & ~UINT64_C(7)) {
		if (guest(at, 4) == type && which-- == 0)
			return at;
		if (guest(at, 4) == 0)
			return 0;
	}
	fail_msg("the information has no end");
	return 0;
}

static void multiboot2_loads_by_its_address_tag(void **state)
{
	(void)state;
	make_multiboot2(128, 2 * MIB, 0, 3 * MIB);
	file[FILE_BYTES - 1] = 0x77;
	memset(guest_memory_at(&memory, 2 * MIB, MIB), 0xff, MIB);
	assert_null(boot_multiboot2(&memory, &files, &entry));
	assert_flat(2 * MIB + 0x200);
	assert_int_equal(entry.gpr[FRAME_RAX], 0x36d76289);
	assert_int_equal(entry.gpr[FRAME_RBX] % 8, 0);
	assert_int_equal(guest(2 * MIB + FILE_BYTES - 1, 1), 0x77);
	assert_int_equal(guest(2 * MIB + FILE_BYTES, 8), 0);
	assert_int_equal(guest(3 * MIB - 8, 8), 0);
}

static void multiboot2_tells_memory_command_line_acpi_and_modules_in_their_order(void **state)
{
	(void)state;
	static const uint8_t rsdp[36] = "RSD PTR \1......\2";
	static uint8_t second[4096];
	const struct boot_module module[2] = {{second, sizeof second, "second one"}, {second, 1, ""}};
	make_multiboot2(0, MIB, 0, 0);
	memset(second, 0xa5, sizeof second);
	guest_memory_write(&memory, 0xe0000, rsdp, sizeof rsdp);
	files.initrd = initrd;
	files.initrd_bytes = sizeof initrd;
	files.module = module;
	files.module_count = 2;
	assert_null(boot_multiboot2(&memory, &files, &entry));
	assert_text(told(1, 0) + 8, "quiet");
	assert_text(told(2, 0) + 8, "Bulkhead");
	assert_int_equal(guest(told(4, 0) + 12, 4), RAM / 1024 - 1024);
	assert_int_equal(guest(told(6, 0) + 8, 4), 24);
	assert_memory_equal(guest_memory_at(&memory, told(14, 0) + 8, 20), rsdp, 20);
	assert_memory_equal(guest_memory_at(&memory, told(15, 0) + 8, 36), rsdp, 36);
	uint64_t first = told(3, 0), next = told(3, 1), last = told(3, 2);
	assert_int_equal(guest(guest(first + 8, 4), 1), 0x5a);
	assert_int_equal(guest(first + 12, 4) - guest(first + 8, 4), sizeof initrd);
	assert_int_equal(guest(guest(next + 8, 4), 1), 0xa5);
	assert_text(next + 16, "second one");
	assert_int_equal(guest(last + 12, 4) - guest(last + 8, 4), 1);
	assert_int_equal(told(3, 3), 0);
	assert_true(guest(first + 8, 4) >= guest(next + 12, 4) && guest(next + 8, 4) >= guest(last + 12, 4));
	assert_int_equal((guest(first + 8, 4) | guest(next + 8, 4) | guest(last + 8, 4)) % 4096, 0);
}

static void multiboot_1_gets_the_same_modules(void **state)
{
	(void)state;
	const struct boot_module module = {initrd, 100, "its words"};
	make_multiboot(0, 0x10000);
	make_addresses(0, MIB, 0, 0);
	files.initrd = initrd;
	files.initrd_bytes = sizeof initrd;
	files.module = &module;
	files.module_count = 1;
	assert_null(boot_multiboot(&memory, &files, &entry));
	assert_int_equal(guest(BOOT_INFO + 20, 4), 2);
	uint64_t second = guest(BOOT_INFO + 24, 4) + 16;
	assert_int_equal(guest(second + 4, 4) - guest(second, 4), 100);
	assert_text(guest(second + 8, 4), "its words");
}

static void multiboot2_refuses_what_it_does_not_offer_unless_it_is_optional(void **state)
{
	(void)state;
	static const struct {
		unsigned type, flags;
		uint32_t word;
		const char *wrong; /* NULL: it loads */
	} tag[] = {
	        {1, 0, 6, NULL},  {1, 0, 8, "information"}, {1, 1, 8, NULL},        {4, 0, 3, NULL},
	        {5, 1, 0, NULL},  {5, 0, 0, "requires"},    {6, 0, 0, NULL},        {7, 0, 0, NULL},
	        {10, 0, 0, NULL}, {77, 1, 0, NULL},         {77, 0, 0, "requires"},
	};
	for (unsigned i = 0; i < sizeof tag / sizeof *tag; i++) {
		begin_header(0);
		put_tag(tag[i].type, tag[i].flags, 1, &tag[i].word);
		put_tag(2, 0, 4, (uint32_t[]){MIB, MIB, 0, 0});
		put_tag(3, 0, 1, (uint32_t[]){MIB});
		end_header(0);
		const char *wrong = boot_multiboot2(&memory, &files, &entry);
		if (tag[i].wrong)
			assert_true(wrong && strstr(wrong, tag[i].wrong));
		else
			assert_null(wrong);
	}
}

static void multiboot2_headers_that_lie_are_refused(void **state)
{
	(void)state;
	static const struct {
		uint32_t load, load_end, bss_end;
	} bad[] = {
	        {0x200000, 0x100000, 0}, {0x200000, 0x200000 + FILE_BYTES + 1, 0},
	        {0x200000, 0, RAM + 1},  {RAM - 4096, 0, 0},
	        {0x1000, 0, 0},          {0xffffff00, 0, 0},
	};
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "no Multiboot 2"));
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		make_multiboot2(64, bad[i].load, bad[i].load_end, bad[i].bss_end);
		assert_non_null(boot_multiboot2(&memory, &files, &entry));
	}
	memset(file, 0, sizeof file);
	make_multiboot2(32768, MIB, 0, 0);
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "no Multiboot 2"));
	make_multiboot2(0, MIB, 0, 0);
	put(20, 4, 7); /* a tag shorter than its own head */
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "beyond"));
	put(20, 4, 0xfffffff8);
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "beyond"));
	put(20, 4, 16); /* an address tag cut short */
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "too short"));
	begin_header(0);
	put(8, 4, 16); /* no tag at all, so no end */
	put(12, 4, (uint32_t)(0u - 0xe85250d6u - 16u));
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "no end"));
	begin_header(0);
	put_tag(2, 0, 4, (uint32_t[]){MIB, MIB, 0, 0});
	end_header(0);
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "without an entry"));
	begin_header(0);
	end_header(0);
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "not an ELF"));
}

static void multiboot2_says_when_modules_do_not_fit(void **state)
{
	(void)state;
	const struct boot_module module[2] = {{initrd, sizeof initrd, ""}, {initrd, RAM, ""}};
	make_multiboot2(0, MIB, 0, RAM - 4096);
	files.module = module;
	files.module_count = 1;
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "too small"));
	make_multiboot2(0, MIB, 0, 0);
	files.module_count = 2;
	assert_non_null(strstr(boot_multiboot2(&memory, &files, &entry), "too small"));
}

/* --- ELF, by PVH and Multiboot --- */

/* ELF64 with a note segment and one loadable segment of 0x100 bytes at 1 MiB, 0x300 in memory. */
static void make_elf64(void)
{
	static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
	memcpy(file, ident, sizeof ident);
	put(16, 2, 2);
	put(18, 2, 62);
	put(24, 8, MIB + 0x40);
	put(32, 8, 64);
	put(54, 2, 56);
	put(56, 2, 2);
	put(64, 4, 1); /* PT_LOAD */
	put(64 + 8, 8, 0x1000);
	put(64 + 16, 8, UINT64_C(0xffffffff80000000));
	put(64 + 24, 8, MIB);
	put(64 + 32, 8, 0x100);
	put(64 + 40, 8, 0x300);
	put(120, 4, 4); /* PT_NOTE */
	put(120 + 8, 8, 0x2000);
	put(120 + 32, 8, 44);
	/* another note first: name "GNU", 8 bytes */
	put(0x2000, 4, 4);
	put(0x2004, 4, 8);
	put(0x2008, 4, 5);
	memcpy(file + 0x200c, "GNU", 4);
	put(0x2018, 4, 4);
	put(0x201c, 4, 4);
	put(0x2020, 4, 18);
	memcpy(file + 0x2024, "Xen", 4);
	put(0x2028, 4, MIB + 0x10);
	memset(file + 0x1000, 0xc3, 0x100);
}

static void pvh_starts_at_the_note_with_start_info(void **state)
{
	(void)state;
	make_elf64();
	files.initrd = initrd;
	files.initrd_bytes = sizeof initrd;
	memset(guest_memory_at(&memory, MIB, 0x400), 0xff, 0x400);
	assert_null(boot_pvh(&memory, &files, &entry));
	assert_flat(MIB + 0x10);
	assert_int_equal(entry.gpr[FRAME_RBX], BOOT_INFO);
	assert_int_equal(guest(MIB + 0xff, 1), 0xc3);
	assert_int_equal(guest(MIB + 0x100, 8), 0);
	assert_int_equal(guest(MIB + 0x2ff, 2), 0xff00);
	assert_int_equal(guest(BOOT_INFO, 4), 0x336ec578);
	assert_int_equal(guest(BOOT_INFO + 4, 4), 1);
	assert_text(guest(BOOT_INFO + 24, 8), "quiet");
	assert_int_equal(guest(BOOT_INFO + 32, 8), 0xe0000);
	uint64_t map = guest(BOOT_INFO + 40, 8);
	assert_in_range(guest(BOOT_INFO + 48, 4), 2, BOOT_MAP_ENTRIES);
	assert_int_equal(guest(map, 8), 0);
	assert_int_equal(guest(map + 16, 4), E820_RAM);
	assert_int_equal(guest(BOOT_INFO + 12, 4), 1);
	uint64_t module = guest(BOOT_INFO + 16, 8);
	assert_int_equal(guest(guest(module, 8), 1), 0x5a);
	assert_int_equal(guest(module + 8, 8), sizeof initrd);
}

static void pvh_without_a_note_is_named(void **state)
{
	(void)state;
	assert_non_null(strstr(boot_pvh(&memory, &files, &entry), "ELF"));
	make_elf64();
	put(0x2020, 4, 17);
	assert_non_null(strstr(boot_pvh(&memory, &files, &entry), "note"));
	make_elf64();
	put(0x2000, 4, 0xfffffff0); /* a name longer than the segment */
	assert_non_null(strstr(boot_pvh(&memory, &files, &entry), "note"));
	make_elf64();
	put(120 + 8, 8, FILE_BYTES - 10); /* notes outside the file */
	assert_non_null(strstr(boot_pvh(&memory, &files, &entry), "note"));
}

static void elf_segments_are_checked(void **state)
{
	(void)state;
	static const struct {
		unsigned field;
		uint64_t value;
	} bad[] = {
	        {64 + 8, FILE_BYTES - 0x80},     /* file offset */
	        {64 + 8, UINT64_C(~0) - 8},      /* wraps */
	        {64 + 24, 0x7000},               /* over the loader's tables */
	        {64 + 24, RAM - 0x100},          /* does not fit */
	        {64 + 24, UINT64_C(~0) - 0x100}, /* wraps */
	        {64 + 40, 0x80},                 /* smaller in memory than in the file */
	        {64 + 40, UINT64_C(~0)},         /* everything */
	        {64 + 40, 0},                    /* nothing to load */
	        {32, FILE_BYTES - 8},            /* program headers outside the file */
	        {32, UINT64_C(~0) - 8},
	};
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		make_elf64();
		put(bad[i].field, 8, bad[i].value);
		assert_non_null(boot_pvh(&memory, &files, &entry));
	}
}

static void multiboot_loads_elf_when_it_gives_no_addresses(void **state)
{
	(void)state;
	make_elf64();
	make_multiboot(0x1100, 3);
	assert_null(boot_multiboot(&memory, &files, &entry));
	assert_flat(MIB + 0x40);
	assert_int_equal(guest(MIB, 1), 0xc3);
}

static void an_elf_entry_that_is_a_virtual_address_becomes_a_physical_one(void **state)
{
	(void)state;
	make_elf64();
	/* in the segment that is loaded at 1 MiB, as kernels of a high half are linked */
	put(24, 8, UINT64_C(0xffffffff80000040));
	make_multiboot(0x1100, 3);
	assert_null(boot_multiboot(&memory, &files, &entry));
	assert_flat(MIB + 0x40);
	put(24, 8, UINT64_C(0xffffffff80000300)); /* just behind its end: no address of it */
	assert_null(boot_multiboot(&memory, &files, &entry));
	assert_flat(0x80000300);
	begin_header(0x3000);
	end_header(0x3000);
	put(24, 8, UINT64_C(0xffffffff80000040));
	assert_null(boot_multiboot2(&memory, &files, &entry));
	assert_flat(MIB + 0x40);
}

/* --- firmware --- */

static void firmware_starts_as_after_a_reset(void **state)
{
	static uint8_t rom[256 * 1024];
	unsigned signature, ebx, ecx, edx;

	(void)state;
	assert_non_null(boot_firmware(&memory, &entry));
	rom[sizeof rom - 16] = 0xea;
	assert_true(guest_memory_add_rom(&memory, 0x100000000 - sizeof rom, sizeof rom, rom));
	assert_null(boot_firmware(&memory, &entry));
	assert_int_equal(guest(0xffff0, 1), 0xea);
	assert_int_equal(entry.rip, 0xfff0);
	assert_int_equal(entry.segment[FRAME_CS].base, 0xffff0000);
	assert_int_equal(entry.cr0, 0x60000010);
	assert_true(__get_cpuid(1, &signature, &ebx, &ecx, &edx));
	assert_int_equal(entry.gpr[FRAME_RDX], signature);
}

static void every_cut_of_a_file_is_refused_or_loaded_without_harm(void **state)
{
	(void)state;
	make_elf64();
	make_multiboot(0x1100, 3);
	for (uint64_t bytes = 0; bytes < 0x2100; bytes += 7) {
		uint8_t *copy = malloc(bytes ? bytes : 1); /* so that the sanitizer sees each byte too many */
		memcpy(copy, file, bytes);
		files.kernel = copy;
		files.kernel_bytes = bytes;
		(void)boot_pvh(&memory, &files, &entry);
		(void)boot_multiboot(&memory, &files, &entry);
		(void)boot_linux(&memory, &files, &entry);
		free(copy);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        TEST(linux_starts_at_its_preferred_address_with_its_parameters),
	        TEST(linux_is_told_of_a_screen_only_where_there_is_one),
	        TEST(linux_is_told_its_memory),
	        TEST(linux_moves_down_when_memory_is_small),
	        TEST(linux_files_that_are_none_are_named),
	        TEST(linux_preferred_addresses_from_outside_memory_do_not_wrap),
	        TEST(multiboot_loads_by_its_address_fields),
	        TEST(multiboot_information_has_map_command_line_and_module),
	        TEST(multiboot_files_that_are_none_are_named),
	        TEST(multiboot_addresses_are_checked),
	        TEST(multiboot2_loads_by_its_address_tag),
	        TEST(multiboot2_tells_memory_command_line_acpi_and_modules_in_their_order),
	        TEST(multiboot_1_gets_the_same_modules),
	        TEST(multiboot2_refuses_what_it_does_not_offer_unless_it_is_optional),
	        TEST(multiboot2_headers_that_lie_are_refused),
	        TEST(multiboot2_says_when_modules_do_not_fit),
	        TEST(pvh_starts_at_the_note_with_start_info),
	        TEST(pvh_without_a_note_is_named),
	        TEST(elf_segments_are_checked),
	        TEST(multiboot_loads_elf_when_it_gives_no_addresses),
	        TEST(an_elf_entry_that_is_a_virtual_address_becomes_a_physical_one),
	        TEST(firmware_starts_as_after_a_reset),
	        TEST(every_cut_of_a_file_is_refused_or_loaded_without_harm),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
