/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_LAYOUT_H
#define TOOLS_LAYOUT_H

#include "tools/file.h"
#include "tools/image.h"

/*
 * Where everything of one subject is placed in its guest-physical space, and what its information page says of it.
 * Apps and layers: image and RAM from APP_IMAGE_GPA, the information page at INFO_GPA, everything else from
 * APP_WINDOW_GPA up with one unmapped page between; a layer sees its guest's RAM at LAYER_GUEST_GPA.
 */
#define LAYOUT_MEMORY 320u
struct layout_channel {
	uint64_t in_gpa, out_gpa;
};
struct layout {
	struct compiler *compiler;
	struct image *image;
	uint32_t subject;
	uint64_t window; /* next free address */
	uint64_t entry;
	struct info_memory memory[LAYOUT_MEMORY];
	uint32_t memory_count;
	struct layout_channel channel[MAX_CHANNELS];
	uint32_t info_region, staging_region;
};

uint32_t layout_region(struct image *image, const char *name, uint32_t kind, uint32_t owner, uint64_t size, int line);
/* Maps all of a region. */
void layout_map(struct layout *layout, uint32_t region, uint64_t gpa, uint32_t rights);
/* Maps all of a region at the next free address of the window, which is returned. */
uint64_t layout_window(struct layout *layout, uint32_t region, uint32_t rights);
/* Adds a record for the information page. */
struct info_memory *layout_tell(struct layout *layout, const char *name, unsigned kind, uint64_t gpa, uint64_t size,
                                uint32_t rights);

void layout_image(struct layout *layout); /* layout_image.c: ELF segments to RAM */
void layout_guest(struct layout *layout); /* layout_guest.c: the guest's RAM */
void layout_layer(struct layout *layout); /* layout_guest.c: what a layer sees of its guest */
void layout_system(struct image *image);  /* layout.c: regions that belong to nobody */
void info_page(struct layout *layout);    /* info_page.c: content, region, mapping, epoch words */
void emit_subject(struct layout *layout); /* emit_subject.c: subject and vCPU rows */
void emit_plan(struct image *image);      /* emit_plan.c: groups and schedules */

#endif
