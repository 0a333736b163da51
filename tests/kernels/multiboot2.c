/* SPDX-License-Identifier: ISC */
/*
 * A Multiboot 2 kernel that tells on port E9 what its loader told it, and leaves by port F4: for tests/programs, which
 * compares what GRUB gives it with what the virtualization layer gives it.
 */
#include <stdint.h>

enum { PORT_TEXT = 0xe9, PORT_EXIT = 0xf4 };
enum { TAG_END = 0, TAG_COMMAND_LINE = 1, TAG_MODULE = 3, TAG_MEMORY = 4, TAG_MAP = 6, TAG_ACPI = 14 };
#define LOADER_MAGIC 0x36d76289u

__asm__(".section .header, \"a\"\n"
        ".balign 8\n"
        "header: .long 0xe85250d6, 0, header_end - header, -(0xe85250d6 + (header_end - header))\n"
        ".balign 8\n"
        ".short 1, 0\n .long 24, 3, 4, 6, 1\n" /* requires modules, memory, map, command line */
        ".balign 8\n"
        ".short 5, 1\n .long 20, 0, 0, 0\n" /* could do with a frame buffer */
        ".balign 8\n"
        ".short 6, 0\n .long 8\n" /* wants its modules on pages */
        ".balign 8\n"
        ".short 0, 0\n .long 8\n"
        "header_end:\n"
        ".text\n"
        ".globl start\n"
        "start: movl $stack, %esp\n"
        "pushl %ebx\n pushl %eax\n call tell\n"
        ".bss\n .skip 4096\n stack:\n .text\n");

static void out(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static void print(const char *text)
{
	while (*text)
		out(PORT_TEXT, (uint8_t)*text++);
}

static void print_number(uint32_t value)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		out(PORT_TEXT, (uint8_t) "0123456789abcdef"[value >> shift & 15]);
	print(" ");
}

static void tell_module(const uint32_t *tag)
{
	uint32_t sum = 0;
	for (const uint8_t *at = (const uint8_t *)tag[2]; at < (const uint8_t *)tag[3]; at++)
		sum = sum * 31 + *at;
	print("module: ");
	print((const char *)(tag + 4));
	print(", ");
	print_number(tag[3] - tag[2]);
	print_number(sum);
	print(tag[2] % 4096 ? "not on a page\n" : "\n");
}

static void tell_tag(const uint32_t *tag)
{
	if (tag[0] == TAG_MODULE)
		tell_module(tag);
	else if (tag[0] == TAG_COMMAND_LINE) {
		print("command line: ");
		print((const char *)(tag + 2));
		print("\n");
	} else if (tag[0] == TAG_MEMORY)
		print(tag[3] > 60000 ? "memory: more than 60000 KiB\n" : "memory: too little\n");
	else if (tag[0] == TAG_MAP)
		print(tag[2] == 24 && tag[1] > 16 ? "a map of memory\n" : "an empty map\n");
	else if (tag[0] == TAG_ACPI)
		print(tag[2] == 0x20445352 ? "ACPI\n" : "no ACPI\n"); /* "RSD " */
}

void tell(uint32_t magic, const uint32_t *information);
void tell(uint32_t magic, const uint32_t *information)
{
	uint32_t end = (uint32_t)information + information[0];
	print(magic == LOADER_MAGIC ? "BEGIN\n" : "not by Multiboot 2\n");
	for (const uint32_t *tag = information + 2; (uint32_t)tag < end && tag[0] != TAG_END;
	     tag = (const uint32_t *)((uint32_t)tag + ((tag[1] + 7) & ~7u)))
		tell_tag(tag);
	print("END\n");
	out(PORT_EXIT, 0);
	for (;;)
		__asm__ volatile("hlt");
}
