/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_DEVICE_MODEL_H
#define TOOLS_DEVICE_MODEL_H

#include "tools/description.h"
#include "tools/document.h"

/*
 * The devices a <guest> may have beyond those that every guest has: one row per element. Attributes that all understand:
 * place="DEVICE" or "DEVICE.FUNCTION" on the PCI bus. The layer's half is devices/devices.c; the schema needs the element too.
 */
struct device_model {
	const char *element;
	uint32_t kind;             /* enum info_device_kind */
	uint32_t limit;            /* so many in one guest */
	const char *const *models; /* values of model=, the first is the default; NULL: there is no choice */
	const char *peer;          /* attribute that names an app at the other end of a channel made for it, or NULL */
	const char *peer_role;     /* what that end of the channel is to the app: a role of <channel> */
	const char *peer_size;
	bool channel;               /* may have channel=, a duplex <channel> that ends at this guest */
	bool region;                /* may have region=, a <region>, or file=, a file that becomes one */
	bool needs;                 /* must have the one or the other */
	uint32_t rights;            /* MAP_* over a persistent region; a file is only read */
	const char *overlay;        /* attribute with the size of further memory of the layer, or NULL */
	bool overlay_of_file;       /* it is for what is written beside a file, so there must be one */
	bool window;                /* the region is memory that the guest itself sees, too */
	const char *option;         /* attribute whose value, one of `options`, becomes the row's flags, or NULL */
	const char *const *options; /* the first is the default */
	const char *number;         /* attribute that becomes the row's value, by default 0, or NULL */
	uint64_t number_max;
	bool needs_channel; /* a region alone is not enough */
	const char *text;   /* attribute that becomes the row's text, or NULL */
};
extern const struct device_model device_models[];
extern const unsigned device_model_count;

/* Short forms: a channel for the attribute `peer`, a region for file=. */
void expand_devices(struct compiler *compiler, xmlNodePtr guest);
/* Devices of all guests, after regions and channels. */
void parse_device_models(struct compiler *compiler, xmlNodePtr system);

#endif
