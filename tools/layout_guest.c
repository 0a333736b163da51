/* SPDX-License-Identifier: ISC */
/*
 * A guest's RAM, and its layer's view of it. RAM begins at 0, leaves out the last GiB below 4 GiB (devices) and goes on
 * at 4 GiB. A guest with a screen does not see its RAM at A0000, where the VGA has its planes. Regions are aligned to 2 MiB,
 * or as `pages` says to 1 GiB, so that both second-level tables map them with leaves of that size.
 */
#include "lib/tables.h"
#include "tools/layout.h"

#define RAM_HOLE (UINT64_C(3) << 30)
#define RAM_HIGH (UINT64_C(4) << 30)
#define VGA_BEGIN UINT64_C(0xa0000)
#define VGA_END UINT64_C(0xb0000)
#define ROM_LIMIT (UINT64_C(8) << 20)
#define ROM_LEAST (UINT64_C(128) << 10) /* as much of it devices/boot_firmware.c copies */

static const struct {
	const char *name, *info;
} parts[] = {{"ram", "ram"}, {"high", "ram-high"}};

#define ALL (MAP_READ | MAP_WRITE | MAP_EXECUTE)

static bool has_screen(const struct description *d, uint32_t guest)
{
	for (unsigned i = 0; i < d->device_count; i++)
		if (d->device[i].subject == guest && d->device[i].kind == DEVICE_SCREEN)
			return true;
	return false;
}

static void map_ram(struct layout *layout, uint32_t region, uint64_t gpa, uint64_t offset, uint64_t size,
                    uint32_t rights)
{
	*IMAGE_ROW(layout->image, config_mapping, TABLE_MAPPING) = (struct config_mapping){.subject = layout->subject,
	                                                                                   .region = region,
	                                                                                   .gpa = gpa + offset,
	                                                                                   .offset = offset,
	                                                                                   .size = size,
	                                                                                   .rights = rights};
}

/* The RAM below 3 GiB in pieces: where the VGA is there is none, and what shadows a ROM cannot be written. */
static void map_low_ram(struct layout *layout, uint32_t region, uint64_t size)
{
	const bool firmware = layout->compiler->description->subject[layout->subject].boot == BOOT_FIRMWARE;
	const struct {
		uint64_t begin, end;
		bool present;
		uint32_t rights;
	} pieces[] = {
	        {VGA_BEGIN, VGA_END, has_screen(layout->compiler->description, layout->subject), 0},
	        {GUEST_SHADOW_VIDEO, GUEST_SHADOW_VIDEO + GUEST_SHADOW_VIDEO_BYTES, firmware, MAP_READ | MAP_EXECUTE},
	        {GUEST_SHADOW_BIOS, GUEST_SHADOW_BIOS + GUEST_SHADOW_BIOS_BYTES, firmware, MAP_READ | MAP_EXECUTE},
	        {size, size, true, 0},
	};
	uint64_t at = 0;
	for (unsigned i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		if (!pieces[i].present || pieces[i].end > size)
			continue;
		map_ram(layout, region, 0, at, pieces[i].begin - at, ALL);
		if (pieces[i].rights)
			map_ram(layout, region, 0, pieces[i].begin, pieces[i].end - pieces[i].begin, pieces[i].rights);
		at = pieces[i].end;
	}
}

/* Firmware is RAM that the guest may not write: it ends at 4 GiB, the variables below the code. */
static void layout_rom(struct layout *layout, const char *what, const char *name, uint64_t least, uint64_t *end)
{
	const struct described_subject *s = &layout->compiler->description->subject[layout->subject];
	const struct file *file = name ? file_get(layout->compiler, name, s->line) : NULL;
	if (!file)
		return;
	if (file->size % 4096 || file->size > ROM_LIMIT) {
		problem(&layout->compiler->report, s->line, "E-rom-size",
		        "\"%s\" has %llu bytes, which no firmware has; use a whole number of 4 KiB pages, at most 8M",
		        name, (unsigned long long)file->size);
		return;
	}
	if (file->size < least) {
		problem(&layout->compiler->report, s->line, "E-rom-small",
		        "\"%s\" has %llu bytes, but the last 128K of the firmware also lie at E0000; fill it up in "
		        "front",
		        name, (unsigned long long)file->size);
		return;
	}
	const char *region_name = report_print(&layout->compiler->report, "%s.%s", s->name, what);
	uint32_t region = layout_region(layout->image, region_name, REGION_RAM, layout->subject, file->size, s->line);
	struct config_region *row = &IMAGE_TABLE(layout->image, config_region, TABLE_REGION)[region];
	row->payload_offset = image_payload(layout->image, file->bytes, file->size);
	row->payload_size = file->size;
	*end -= file->size;
	layout_map(layout, region, *end, MAP_READ | MAP_EXECUTE);
}

/* Memory that the guest shares with others, as the BAR of a device that says where it is. */
static void layout_shared(struct layout *layout)
{
	const struct description *d = layout->compiler->description;
	for (unsigned i = 0; i < d->map_count; i++)
		if (d->map[i].subject == layout->subject)
			layout_map(layout, d->region[d->map[i].region].index, d->map[i].gpa, d->map[i].rights);
}

void layout_guest(struct layout *layout)
{
	uint64_t rom = RAM_HIGH;
	const struct described_subject *s = &layout->compiler->description->subject[layout->subject];
	for (unsigned i = 0; i < 2; i++) {
		uint64_t low = s->memory < RAM_HOLE ? s->memory : RAM_HOLE;
		uint64_t size = i ? s->memory - low : low;
		if (!size)
			continue;
		const char *name = report_print(&layout->compiler->report, "%s.%s", s->name, parts[i].name);
		uint32_t region = layout_region(layout->image, name, REGION_RAM, layout->subject, size, s->line);
		IMAGE_TABLE(layout->image, config_region, TABLE_REGION)
		[region].alignment = size < s->pages ? TABLES_LEAF_2M : s->pages;
		if (i)
			map_ram(layout, region, RAM_HIGH, 0, size, ALL);
		else
			map_low_ram(layout, region, size);
	}
	layout_shared(layout);
	layout_rom(layout, "rom", s->rom, ROM_LEAST, &rom);
	layout_rom(layout, "vars", s->vars, 0, &rom);
}

/* The guest has been laid out just before: its mappings are the last ones that are not the layer's. */
static void map_guest_ram(struct layout *layout, uint32_t guest)
{
	uint32_t count = layout->image->count[TABLE_MAPPING];
	for (uint32_t i = 0; i < count; i++) {
		const struct config_mapping mapping = IMAGE_TABLE(layout->image, config_mapping, TABLE_MAPPING)[i];
		const struct config_region *region =
		        &IMAGE_TABLE(layout->image, config_region, TABLE_REGION)[mapping.region];
		if (mapping.subject != guest || region->kind != REGION_RAM)
			continue;
		if (!(mapping.rights & MAP_WRITE) && mapping.gpa >= RAM_HOLE) {
			layout_tell(layout, "rom", INFO_GUEST_ROM, layout_window(layout, mapping.region, MAP_READ),
			            mapping.size, INFO_READ)
			        ->bytes = mapping.gpa;
			continue;
		}
		struct config_mapping *own = IMAGE_ROW(layout->image, config_mapping, TABLE_MAPPING);
		*own = mapping;
		own->subject = layout->subject;
		own->gpa = LAYER_GUEST_GPA + mapping.gpa;
		own->rights = MAP_READ | MAP_WRITE;
		layout_tell(layout, parts[mapping.gpa >= RAM_HIGH].info, INFO_GUEST_RAM, own->gpa, own->size,
		            INFO_READ | INFO_WRITE);
	}
}

static void map_file(struct layout *layout, const char *what, const char *name, int line)
{
	const struct file *file = name ? file_get(layout->compiler, name, line) : NULL;
	if (!file)
		return;
	const struct described_subject *s = &layout->compiler->description->subject[layout->subject];
	const char *region_name = report_print(&layout->compiler->report, "%s.%s", s->name, what);
	uint32_t region = layout_region(layout->image, region_name, REGION_FILE, layout->subject, file->size, line);
	struct config_region *row = &IMAGE_TABLE(layout->image, config_region, TABLE_REGION)[region];
	row->payload_offset = image_payload(layout->image, file->bytes, file->size);
	row->payload_size = file->size;
	struct info_memory *memory =
	        layout_tell(layout, what, INFO_FILE, layout_window(layout, region, MAP_READ), row->size, INFO_READ);
	memory->bytes = file->size;
}

static uint32_t map_page(struct layout *layout, const char *what, uint32_t number, uint32_t kind, unsigned info_kind,
                         uint32_t rights)
{
	const struct description *d = layout->compiler->description;
	const struct described_subject *guest = &d->subject[d->subject[layout->subject].partner];
	const char *name = report_print(&layout->compiler->report, "%s.%s%u", guest->name, what, number);
	uint32_t region = layout_region(layout->image, name, kind, CONFIG_NONE, 4096, guest->line);
	struct info_memory *memory =
	        layout_tell(layout, what, info_kind, layout_window(layout, region, rights), 4096, rights);
	memory->index = number;
	return region;
}

void layout_layer(struct layout *layout)
{
	const struct description *d = layout->compiler->description;
	uint32_t guest = d->subject[layout->subject].partner;
	const struct described_subject *g = &d->subject[guest];
	struct config_vcpu *vcpus = IMAGE_TABLE(layout->image, config_vcpu, TABLE_VCPU);
	for (uint32_t i = 0; i < g->cpus; i++) {
		struct config_vcpu *vcpu = &vcpus[g->vcpu_first + i];
		vcpu->frame_region = map_page(layout, "frame", i, REGION_FRAME, INFO_FRAME, MAP_READ | MAP_WRITE);
		vcpu->lapic_region = map_page(layout, "lapic", i, REGION_LAPIC, INFO_LAPIC, MAP_READ);
	}
	map_file(layout, "kernel", g->kernel, g->line);
	map_file(layout, "initrd", g->initrd, g->line);
	map_guest_ram(layout, guest);
}
