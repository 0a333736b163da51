/* SPDX-License-Identifier: ISC */
/* An ELF file becomes one RAM region per segment, so that each has its own rights; the last writable one gets the rest. */
#include "tools/layout.h"

static const char *segment_name(uint32_t rights)
{
	return rights & MAP_EXECUTE ? "text" : rights & MAP_WRITE ? "data" : "rodata";
}

static unsigned last_writable(const struct elf *elf)
{
	for (unsigned i = elf->count; i > 0; i--)
		if (elf->segment[i - 1].rights & MAP_WRITE)
			return i - 1;
	return elf->count;
}

void layout_image(struct layout *layout)
{
	const struct described_subject *s = &layout->compiler->description->subject[layout->subject];
	int line = s->kind == KIND_LAYER ? s->layer_line : s->line;
	uint64_t limit = APP_IMAGE_GPA + s->memory;
	struct elf elf;
	const struct file *file = file_get(layout->compiler, s->image, line);
	if (!file || !elf_read(layout->compiler, file, limit, line, &elf))
		return;
	layout->entry = elf.entry;
	unsigned last = last_writable(&elf);
	if (last < elf.count && last + 1 == elf.count)
		elf.segment[last].memory_size = limit - elf.segment[last].gpa;
	for (unsigned i = 0; i < elf.count; i++) {
		const struct elf_segment *segment = &elf.segment[i];
		const char *part = segment_name(segment->rights);
		const char *name = report_print(&layout->compiler->report, "%s.%s", s->name, part);
		uint32_t region =
		        layout_region(layout->image, name, REGION_RAM, layout->subject, segment->memory_size, line);
		struct config_region *row = &IMAGE_TABLE(layout->image, config_region, TABLE_REGION)[region];
		row->payload_offset =
		        image_payload(layout->image, file->bytes + segment->file_offset, segment->file_size);
		row->payload_size = segment->file_size;
		layout_map(layout, region, segment->gpa, segment->rights);
		layout_tell(layout, part, INFO_RAM, segment->gpa, row->size, segment->rights);
	}
}
