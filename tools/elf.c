/* SPDX-License-Identifier: ISC */
/* ELF64 files of apps and layers, and what a kernel file must look like. Nothing in a file is believed. */
#include <elf.h>
#include <string.h>
#include "tools/description.h"
#include "tools/file.h"

static bool inside(uint64_t offset, uint64_t length, uint64_t size)
{
	return offset <= size && length <= size - offset;
}

static const Elf64_Ehdr *header(const struct file *file, Elf64_Ehdr *copy)
{
	if (file->size < sizeof(*copy))
		return NULL;
	memcpy(copy, file->bytes, sizeof(*copy));
	return memcmp(copy->e_ident, ELFMAG, SELFMAG) ? NULL : copy;
}

static bool is_ours(struct compiler *compiler, const struct file *file, const Elf64_Ehdr *h, int line)
{
	if (!h) {
		problem(&compiler->report, line, "E-elf-magic",
		        "\"%s\" is no ELF file; name what the SDK's linker made", file->name);
		return false;
	}
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_machine != EM_X86_64 || h->e_type != ET_EXEC) {
		problem(&compiler->report, line, "E-elf-machine",
		        "\"%s\" is no x86-64 executable linked to a fixed address; link it with sdk/app.ld",
		        file->name);
		return false;
	}
	if (h->e_phentsize != sizeof(Elf64_Phdr) ||
	    !inside(h->e_phoff, (uint64_t)h->e_phnum * sizeof(Elf64_Phdr), file->size)) {
		problem(&compiler->report, line, "E-elf-cut", "\"%s\" is cut off; build it again", file->name);
		return false;
	}
	return true;
}

static bool add_segment(struct compiler *compiler, const struct file *file, const Elf64_Phdr *p, uint64_t limit,
                        int line, struct elf *elf)
{
	uint64_t previous = elf->count ? elf->segment[elf->count - 1].gpa + elf->segment[elf->count - 1].memory_size
	                               : APP_IMAGE_GPA;
	if (!inside(p->p_offset, p->p_filesz, file->size) || p->p_filesz > p->p_memsz) {
		problem(&compiler->report, line, "E-elf-cut", "\"%s\" is cut off; build it again", file->name);
		return false;
	}
	if ((p->p_flags & PF_W) && (p->p_flags & PF_X)) {
		problem(&compiler->report, line, "E-elf-write-execute",
		        "\"%s\" has a segment that is writable and executable; link it with sdk/app.ld", file->name);
		return false;
	}
	if (elf->count == ELF_SEGMENTS || p->p_vaddr % 4096 || p->p_vaddr < previous ||
	    (!elf->count && p->p_vaddr != APP_IMAGE_GPA)) {
		problem(&compiler->report, line, "E-elf-segments",
		        "\"%s\" is not linked for a subject: segments on pages of their own, in order, from 0x%llx; "
		        "use sdk/app.ld",
		        file->name, (unsigned long long)APP_IMAGE_GPA);
		return false;
	}
	if (!inside(p->p_vaddr, p->p_memsz, limit)) {
		problem(&compiler->report, line, "E-app-memory",
		        "\"%s\" does not fit into its memory: it needs %lluK; say memory=\"%lluK\" or more", file->name,
		        (unsigned long long)(p->p_vaddr + p->p_memsz - APP_IMAGE_GPA + 1023) >> 10,
		        (unsigned long long)((p->p_vaddr + p->p_memsz - APP_IMAGE_GPA + 4095) / 4096 * 4));
		return false;
	}
	elf->segment[elf->count++] = (struct elf_segment){
	        p->p_vaddr, (p->p_memsz + 4095) / 4096 * 4096, p->p_offset, p->p_filesz,
	        MAP_READ | (p->p_flags & PF_W ? MAP_WRITE : 0) | (p->p_flags & PF_X ? MAP_EXECUTE : 0)};
	return true;
}

bool elf_read(struct compiler *compiler, const struct file *file, uint64_t limit, int line, struct elf *elf)
{
	Elf64_Ehdr h;
	*elf = (struct elf){0};
	if (!is_ours(compiler, file, header(file, &h), line))
		return false;
	elf->entry = h.e_entry;
	for (unsigned i = 0; i < h.e_phnum; i++) {
		Elf64_Phdr p;
		memcpy(&p, file->bytes + h.e_phoff + i * sizeof(p), sizeof(p));
		if (p.p_type == PT_LOAD && p.p_memsz && !add_segment(compiler, file, &p, limit, line, elf))
			return false;
	}
	for (unsigned i = 0; i < elf->count; i++)
		if (elf->segment[i].rights & MAP_EXECUTE && elf->entry >= elf->segment[i].gpa &&
		    elf->entry - elf->segment[i].gpa < elf->segment[i].memory_size)
			return true;
	problem(&compiler->report, line, "E-elf-entry",
	        "the entry point of \"%s\" is in none of its executable segments; link it with sdk/app.ld", file->name);
	return false;
}

static bool find_word(const struct file *file, uint64_t limit, uint32_t word)
{
	for (uint64_t at = 0; at + 4 <= limit && at + 4 <= file->size; at += 4)
		if (!memcmp(file->bytes + at, &word, 4))
			return true;
	return false;
}

/* An ELF note of type 18 by "Xen": where a PVH kernel is entered (Xen docs/misc/pvh.pandoc). */
static bool has_pvh_note(const struct file *file)
{
	static const uint8_t note[] = {4, 0, 0, 0};
	static const uint8_t name[] = {18, 0, 0, 0, 'X', 'e', 'n', 0};
	for (uint64_t at = 0; at + 16 <= file->size; at += 4)
		if (!memcmp(file->bytes + at, note, sizeof(note)) && !memcmp(file->bytes + at + 8, name, sizeof(name)))
			return true;
	return false;
}

/* Multiboot2 2.0, 3.1.1: magic, architecture, length and checksum, on 8 bytes in the first 32 KiB. */
static bool has_multiboot2_header(const struct file *file)
{
	static const uint32_t magic = 0xe85250d6;
	for (uint64_t at = 0; at < 32768 && at + 16 <= file->size; at += 8) {
		uint32_t word[4];
		memcpy(word, file->bytes + at, sizeof(word));
		if (word[0] == magic && word[1] == 0 && word[0] + word[2] + word[3] == 0 && word[2] >= 16 &&
		    word[2] <= file->size - at)
			return true;
	}
	return false;
}

void kernel_check(struct compiler *compiler, const struct file *file, unsigned boot, int line)
{
	static const uint32_t multiboot_magic = 0x1badb002;
	bool linux_image = file->size > 0x210 && !memcmp(file->bytes + 0x202, "HdrS", 4);
	if (boot == BOOT_LINUX && !linux_image)
		problem(&compiler->report, line, "E-kernel-linux",
		        "\"%s\" is no Linux bzImage; name one, or say boot=\"multiboot\" or boot=\"pvh\"", file->name);
	if (boot == BOOT_MULTIBOOT && !find_word(file, 8192, multiboot_magic))
		problem(&compiler->report, line, "E-kernel-multiboot",
		        "\"%s\" has no Multiboot header in its first 8 KiB; name one that has, or use another boot=",
		        file->name);
	if (boot == BOOT_MULTIBOOT2 && !has_multiboot2_header(file))
		problem(&compiler->report, line, "E-kernel-multiboot2",
		        "\"%s\" has no Multiboot 2 header for i386 in its first 32 KiB; name one that has, or use "
		        "another "
		        "boot=",
		        file->name);
	if (boot == BOOT_PVH && !has_pvh_note(file))
		problem(&compiler->report, line, "E-kernel-pvh",
		        "\"%s\" has no PVH entry note; name an ELF file that has, or use another boot=", file->name);
}
