/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PIC_H
#define DEVICES_PIC_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/pin.h"

struct pic_chip {
	uint8_t irr, isr, imr;    /* IRR holds latched edges; level inputs are seen through `lines` */
	uint8_t lines;            /* present input levels */
	uint8_t elcr, elcr_mask;  /* level-triggered inputs; which ones may be */
	uint8_t vector;           /* ICW2, low three bits clear */
	uint8_t lowest;           /* input with the lowest priority; 7 after initialisation */
	uint8_t icw1, icw4, step; /* step: next ICW expected, 0 = operational */
	bool read_isr, poll, special_mask, rotate_on_auto_eoi;
};

/* The 8259A pair of a PC with ELCR: 0 is the master, 1 the slave on its input 2. */
struct pic {
	struct pic_chip chip[2];
	struct pin out; /* INT of the master */
	bool level;
};

void pic_init(struct pic *pic, const struct pin *out);
void pic_reset(struct pic *pic);
/* Ports 20-21, a0-a1, 4d0-4d1. */
enum status pic_attach(struct pic *pic, struct bus *bus);
void pic_set(void *pic, unsigned line, bool level); /* for struct pin: lines 0..15 but 2 */
static inline bool pic_intr(const struct pic *pic)
{
	return pic->level;
}
/* The INTA cycles: the vector; a spurious one (IRQ 7 of the chip) if the request has gone meanwhile. */
uint8_t pic_acknowledge(struct pic *pic);

#endif
