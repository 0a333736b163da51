/* SPDX-License-Identifier: ISC */
/* The devices inside <guest>, by the table of device_model.c: each becomes a row that its layer reads. */
#include <string.h>
#include "tools/device_model.h"
#include "tools/parse.h"

#define WINDOW_BASE UINT64_C(0xc0000000)
#define WINDOW_STEP (UINT64_C(16) << 20)

/* "5" or "5.1" -> device * 8 + function; 0 and 1 are the board's own. */
static void parse_place(struct compiler *compiler, const xmlNode *node, struct described_device *device)
{
	const char *text = node_attribute(compiler, node, "place");
	uint64_t number = 0, function = 0;
	if (!text)
		return;
	const char *dot = strchr(text, '.');
	const char *first = report_copy(&compiler->report, text, dot ? (size_t)(dot - text) : strlen(text));
	bool good = value_number(first, &number) == VALUE_OK && number >= 2 && number <= 31;
	if (dot)
		good = good && value_number(dot + 1, &function) == VALUE_OK && function <= 7;
	if (!good)
		problem(&compiler->report, device->line, "E-device-place",
		        "place=\"%s\" is no free place on the guest's PCI bus; use 2 to 31, or such a number and a "
		        "function: 5.1",
		        text);
	device->place = (uint32_t)(number * 8 + function);
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < d->device_count && good; i++)
		if (d->device[i].subject == device->subject && d->device[i].place == device->place)
			problem(&compiler->report, device->line, "E-device-place",
			        "another device of this guest has place=\"%s\"; give each its own", text);
}

static void parse_channel_of(struct compiler *compiler, const xmlNode *node, const struct device_model *model,
                             struct described_device *device)
{
	struct description *d = compiler->description;
	const char *name = model->channel ? node_attribute(compiler, node, "channel") : NULL;
	uint32_t layer = d->subject[device->subject].partner, index = find_channel(d, name);
	if (!name)
		return;
	struct described_channel *channel = index == CONFIG_NONE ? NULL : &d->channel[index];
	bool from = channel && channel->from.subject == layer;
	if (!channel || !channel->duplex || (!from && channel->to.subject != layer)) {
		problem(&compiler->report, device->line, "E-device-channel",
		        "channel=\"%s\" is not a channel of kind duplex that begins or ends at this guest; name one",
		        name);
		return;
	}
	struct described_end *end = from ? &channel->from : &channel->to;
	if (end->serial)
		problem(&compiler->report, device->line, "E-device-channel-twice",
		        "channel \"%s\" is used by another device of this guest; give each its own", name);
	end->serial = true;
	end->role = ROLE_DEVICE;
	end->role_index = device->kind;
	device->channel = index;
}

static void parse_region_of(struct compiler *compiler, const xmlNode *node, const struct device_model *model,
                            struct described_device *device)
{
	struct description *d = compiler->description;
	uint32_t layer = d->subject[device->subject].partner;
	const char *overlay = model->overlay ? node_attribute(compiler, node, model->overlay) : NULL;
	if (model->region && node_attribute(compiler, node, "region"))
		device->region = parse_map_of(compiler, node, "region", layer, model->rights);
	if (device->region != CONFIG_NONE && d->region[device->region].kind == REGION_FILE)
		d->map[d->map_count - 1].rights = MAP_READ;
	if (overlay)
		device->overlay = parse_map_of(compiler, node, model->overlay, layer, MAP_READ | MAP_WRITE);
	if (overlay && model->overlay_of_file &&
	    (device->region == CONFIG_NONE || d->region[device->region].kind != REGION_FILE))
		problem(&compiler->report, device->line, "E-device-overlay",
		        "an overlay keeps what is written beside a file; use it with file=, or remove overlay=");
	if (overlay && device->overlay != CONFIG_NONE && d->region[device->overlay].kind != REGION_PERSISTENT)
		problem(&compiler->report, device->line, "E-device-overlay-kind",
		        "%s=\"%s\" is no size and no region of kind persistent; write a size, such as 16M",
		        model->overlay, overlay);
}

/* The guest sees the region where no RAM and, as firmware and systems place them, no other BAR lies. */
static void parse_window(struct compiler *compiler, struct described_device *device)
{
	struct description *d = compiler->description;
	const struct described_region *region = device->region == CONFIG_NONE ? NULL : &d->region[device->region];
	if (!region || region->kind != REGION_CHANNEL || region->size & (region->size - 1) ||
	    region->size > WINDOW_STEP) {
		problem(&compiler->report, device->line, "E-ivshmem-region",
		        "a guest can share a region of kind shared whose size is a power of two, 4K to 16M; name one");
		return;
	}
	uint32_t rights = device->flags ? MAP_READ | MAP_WRITE : MAP_READ;
	device->value = WINDOW_BASE + device->index * WINDOW_STEP;
	if (d->map_count < MAX_MAPS)
		d->map[d->map_count++] = (struct described_map){
		        .subject = device->subject,
		        .region = device->region,
		        .line = device->line,
		        .rights = rights,
		        .gpa = device->value,
		};
	if (device->channel != CONFIG_NONE &&
	    d->channel[device->channel].to.subject == d->subject[device->subject].partner)
		device->flags |= IVSHMEM_SECOND;
}

/* It is a BAR, and VBE tells it in pieces of 64 KiB: a power of two; a plain VGA has 256 KiB. */
static void check_screen(struct compiler *compiler, const struct described_device *device)
{
	if (device->kind != DEVICE_SCREEN || device->overlay == CONFIG_NONE)
		return;
	uint64_t size = compiler->description->region[device->overlay].size;
	if (size & (size - 1) || size < 256 << 10 || size > 16 << 20)
		problem(&compiler->report, device->line, "E-screen-memory",
		        "a screen has a power of two from 256K to 16M as memory=; 4M is enough for 1024 x 768");
}

static void parse_text(struct compiler *compiler, const xmlNode *node, const struct device_model *model,
                       struct described_device *device)
{
	const char *text = model->text ? node_attribute(compiler, node, model->text) : NULL;
	device->text = text ? text : "";
	if (strlen(device->text) >= INFO_DEVICE_TEXT)
		problem(&compiler->report, device->line, "E-device-text",
		        "%s=\"%s\" has more than %u characters; shorten it", model->text, text, INFO_DEVICE_TEXT - 1u);
}

static void check_module(struct compiler *compiler, const struct described_device *device)
{
	uint32_t boot = compiler->description->subject[device->subject].boot;
	if (device->kind == DEVICE_MODULE && boot != BOOT_MULTIBOOT && boot != BOOT_MULTIBOOT2)
		problem(&compiler->report, device->line, "E-module-boot",
		        "only boot=\"multiboot\" and boot=\"multiboot2\" take modules; use one of them, or remove it");
}

static void parse_device(struct compiler *compiler, const xmlNode *node, const struct device_model *model,
                         uint32_t guest, uint32_t index)
{
	struct description *d = compiler->description;
	struct described_device device = {.subject = guest,
	                                  .line = node_line(node),
	                                  .kind = model->kind,
	                                  .index = index,
	                                  .channel = CONFIG_NONE,
	                                  .region = CONFIG_NONE,
	                                  .overlay = CONFIG_NONE};
	if (!parse_room(compiler, node, d->device_count, MAX_DEVICES, "devices of guests"))
		return;
	if (index >= model->limit)
		problem(&compiler->report, device.line, "E-device-too-many", "a guest has at most %u <%s>; remove one",
		        model->limit, model->element);
	if (model->models)
		device.model = node_attribute(compiler, node, "model")
		                       ? node_choice(compiler, node, "model", model->models)
		                       : 0;
	parse_place(compiler, node, &device);
	parse_text(compiler, node, model, &device);
	check_module(compiler, &device);
	if (model->option)
		device.flags = node_choice(compiler, node, model->option, model->options);
	if (model->number)
		node_number(compiler, node, model->number, 0, model->number_max, &device.value);
	bool named = node_attribute(compiler, node, "channel") ||
	             (!model->needs_channel && node_attribute(compiler, node, "region"));
	if (model->needs && !named)
		problem(&compiler->report, device.line, "E-device-resource",
		        "<%s> is connected to nothing; say %s%s%s%s", model->element, model->peer ? model->peer : "",
		        model->peer ? "=\"APP\"" : "", model->channel ? " or channel=" : "",
		        model->region ? " or region= or file=" : "");
	parse_channel_of(compiler, node, model, &device);
	parse_region_of(compiler, node, model, &device);
	check_screen(compiler, &device);
	if (model->window)
		parse_window(compiler, &device);
	d->device[d->device_count++] = device;
}

void parse_device_models(struct compiler *compiler, xmlNodePtr system)
{
	struct description *d = compiler->description;
	(void)system;
	for (uint32_t guest = 0; guest < d->subject_count; guest++) {
		if (d->subject[guest].kind != KIND_GUEST || d->subject[guest].partner == CONFIG_NONE)
			continue;
		for (unsigned i = 0; i < device_model_count; i++) {
			uint32_t index = 0;
			EACH_CHILD(node, d->subject[guest].node, device_models[i].element)
			parse_device(compiler, node, &device_models[i], guest, index++);
		}
	}
}
