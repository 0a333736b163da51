/* SPDX-License-Identifier: ISC */
/* Both classes are read into one struct segment; from there on nothing knows which it was. */
#include "devices/boot_elf.h"

enum { PT_LOAD = 1, PT_NOTE = 4, EM_386 = 3, EM_X86_64 = 62, ET_EXEC = 2, ET_DYN = 3 };
#define SEGMENTS_MAX 64u
#define NOTES_MAX 64u

struct elf32_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct elf64_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct elf32_program {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
struct elf64_program {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
_Static_assert(sizeof(struct elf32_header) == 52 && sizeof(struct elf64_header) == 64, "ELF");
_Static_assert(sizeof(struct elf32_program) == 32 && sizeof(struct elf64_program) == 56, "ELF");

struct segment {
	uint32_t type;
	uint64_t offset, virtual, address, file_bytes, memory_bytes, alignment;
};

static bool open32(struct boot_elf *elf)
{
	struct elf32_header header;
	if (elf->bytes < sizeof header)
		return false;
	__builtin_memcpy(&header, elf->file, sizeof header);
	elf->entry = header.entry;
	elf->program_offset = header.phoff;
	elf->program_count = header.phnum;
	elf->program_size = header.phentsize;
	return header.type == ET_EXEC && header.machine == EM_386 && header.phentsize >= sizeof(struct elf32_program);
}

static bool open64(struct boot_elf *elf)
{
	struct elf64_header header;
	if (elf->bytes < sizeof header)
		return false;
	__builtin_memcpy(&header, elf->file, sizeof header);
	elf->entry = header.entry;
	elf->program_offset = header.phoff;
	elf->program_count = header.phnum;
	elf->program_size = header.phentsize;
	return (header.type == ET_EXEC || header.type == ET_DYN) && header.machine == EM_X86_64 &&
	       header.phentsize >= sizeof(struct elf64_program);
}

static struct segment segment_at(const struct boot_elf *elf, unsigned index)
{
	const uint8_t *at = elf->file + elf->program_offset + (uint64_t)index * elf->program_size;
	if (elf->wide) {
		struct elf64_program p;
		__builtin_memcpy(&p, at, sizeof p);
		return (struct segment){p.type, p.offset, p.vaddr, p.paddr, p.filesz, p.memsz, p.align};
	}
	struct elf32_program p;
	__builtin_memcpy(&p, at, sizeof p);
	return (struct segment){p.type, p.offset, p.vaddr, p.paddr, p.filesz, p.memsz, p.align};
}

/* Kernels are linked to where they map themselves; they start with paging off, where the segment of the entry is loaded. */
static uint64_t physical(const struct boot_elf *elf, uint64_t entry)
{
	for (unsigned i = 0; i < elf->program_count; i++) {
		struct segment segment = segment_at(elf, i);
		if (segment.type == PT_LOAD && entry >= segment.virtual &&
		    entry - segment.virtual < segment.memory_bytes)
			return segment.address + (entry - segment.virtual);
	}
	return entry;
}

bool boot_elf_open(struct boot_elf *elf, const uint8_t *file, uint64_t bytes)
{
	static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
	*elf = (struct boot_elf){.file = file, .bytes = bytes};
	if (bytes < 16 || __builtin_memcmp(file, magic, 4) != 0 || file[5] != 1)
		return false;
	elf->wide = file[4] == 2;
	if (!(elf->wide ? open64(elf) : file[4] == 1 && open32(elf)))
		return false;
	if (elf->program_count > SEGMENTS_MAX ||
	    !boot_inside(elf->program_offset, (uint64_t)elf->program_count * elf->program_size, bytes))
		return false;
	elf->entry = physical(elf, elf->entry);
	return true;
}

static const char *check(const struct boot_elf *elf, const struct guest_memory *memory, const struct segment *segment)
{
	if (!boot_inside(segment->offset, segment->file_bytes, elf->bytes))
		return "kernel file is cut off: a segment lies outside it";
	if (segment->file_bytes > segment->memory_bytes)
		return "kernel file is damaged: a segment is larger in the file than in memory";
	if (segment->address < BOOT_AREA_END)
		return "kernel wants to be loaded below 32 KiB, where the loader keeps its tables";
	if (!guest_memory_at(memory, segment->address, segment->memory_bytes))
		return "guest memory is too small for a segment of the kernel";
	return 0;
}

const char *boot_elf_load(const struct boot_elf *elf, const struct guest_memory *memory, uint64_t *end)
{
	*end = 0;
	for (unsigned i = 0; i < elf->program_count; i++) {
		struct segment segment = segment_at(elf, i);
		if (segment.type != PT_LOAD || segment.memory_bytes == 0)
			continue;
		const char *wrong = check(elf, memory, &segment);
		if (wrong)
			return wrong;
		guest_memory_write(memory, segment.address, elf->file + segment.offset, segment.file_bytes);
		guest_memory_fill(memory, segment.address + segment.file_bytes, 0,
		                  segment.memory_bytes - segment.file_bytes);
		if (segment.address + segment.memory_bytes > *end)
			*end = segment.address + segment.memory_bytes;
	}
	return *end ? 0 : "kernel file has nothing to load";
}

static bool note_in(const uint8_t *notes, uint64_t bytes, uint64_t alignment, const char *name, uint32_t type,
                    uint32_t *value)
{
	uint64_t at = 0, name_bytes = 0;
	while (name[name_bytes++]) {
	}
	for (unsigned i = 0; i < NOTES_MAX && boot_inside(at, 12, bytes); i++) {
		uint32_t head[3]; /* name bytes, value bytes, type */
		__builtin_memcpy(head, notes + at, sizeof head);
		uint64_t value_at = at + 12 + ((head[0] + alignment - 1) & ~(alignment - 1));
		if (!boot_inside(at + 12, head[0], bytes) || !boot_inside(value_at, head[1], bytes))
			return false;
		if (head[2] == type && head[0] == name_bytes && head[1] >= 4 &&
		    __builtin_memcmp(notes + at + 12, name, name_bytes) == 0) {
			__builtin_memcpy(value, notes + value_at, 4);
			return true;
		}
		at = value_at + ((head[1] + alignment - 1) & ~(alignment - 1));
	}
	return false;
}

bool boot_elf_note(const struct boot_elf *elf, const char *name, uint32_t type, uint32_t *value)
{
	for (unsigned i = 0; i < elf->program_count; i++) {
		struct segment segment = segment_at(elf, i);
		if (segment.type != PT_NOTE || !boot_inside(segment.offset, segment.file_bytes, elf->bytes))
			continue;
		if (note_in(elf->file + segment.offset, segment.file_bytes, segment.alignment == 8 ? 8 : 4, name, type,
		            value))
			return true;
	}
	return false;
}
