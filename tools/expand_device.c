/* SPDX-License-Identifier: ISC */
/* What a device of a guest asks for by a short form: a channel to an app, or a region that holds a file. */
#include "tools/device_model.h"

static void expand_peer(struct compiler *compiler, xmlNodePtr guest, xmlNodePtr node, const struct device_model *model,
                        unsigned index)
{
	const char *peer = model->peer ? node_attribute(compiler, node, model->peer) : NULL;
	if (!peer || node_attribute(compiler, node, "channel"))
		return;
	const char *guest_name = node_attribute(compiler, guest, "name");
	const char *size = node_attribute(compiler, node, "size");
	const char *name = report_print(&compiler->report, "%s.%s%u", guest_name, model->element, index);
	xmlNodePtr channel = node_add(guest->parent, "channel", node);
	node_set(channel, "name", name);
	node_set(channel, "from", guest_name);
	node_set(channel, "to", peer);
	node_set(channel, "kind", "duplex");
	node_set(channel, "size", size ? size : model->peer_size);
	node_set(channel, "to-role", model->peer_role);
	node_remove(node, model->peer);
	node_remove(node, "size");
	node_set(node, "channel", name);
}

static void expand_file(struct compiler *compiler, xmlNodePtr guest, xmlNodePtr node, const struct device_model *model,
                        unsigned index)
{
	const char *file = node_attribute(compiler, node, "file");
	if (!file || !model->region || node_attribute(compiler, node, "region"))
		return;
	const char *name = report_print(&compiler->report, "%s.%s%u", node_attribute(compiler, guest, "name"),
	                                model->element, index);
	xmlNodePtr region = node_add(guest->parent, "region", node);
	node_set(region, "name", name);
	node_set(region, "kind", "file");
	node_set(region, "file", file);
	node_remove(node, "file");
	node_set(node, "region", name);
}

static void expand_values(xmlNodePtr node, const struct device_model *model)
{
	if (model->models)
		node_default(node, "model", model->models[0]);
	if (model->option)
		node_default(node, model->option, model->options[0]);
	if (model->number)
		node_default(node, model->number, "0");
}

/* overlay="16M", memory="4M": a region for it; it holds nothing at each start of the guest, whatever it held before. */
static void expand_overlay(struct compiler *compiler, xmlNodePtr guest, xmlNodePtr node,
                           const struct device_model *model, unsigned index)
{
	const char *size = model->overlay ? node_attribute(compiler, node, model->overlay) : NULL;
	if (!size || *size < '0' || *size > '9') /* a region's name: expanded before */
		return;
	const char *name = report_print(&compiler->report, "%s.%s%u.%s", node_attribute(compiler, guest, "name"),
	                                model->element, index, model->overlay);
	xmlNodePtr region = node_add(guest->parent, "region", node);
	node_set(region, "name", name);
	node_set(region, "kind", "persistent");
	node_set(region, "size", size);
	node_set(node, model->overlay, name);
}

/* Debian's package seabios puts the VGA BIOS there; only firmware wants it. */
static void expand_screen(struct compiler *compiler, xmlNodePtr guest)
{
	EACH_CHILD(node, guest, "screen")
	{
		if (node_attribute(compiler, guest, "firmware") && !node_attribute(compiler, node, "region"))
			node_default(node, "file", "/usr/share/seabios/vgabios-stdvga.bin");
	}
}

void expand_devices(struct compiler *compiler, xmlNodePtr guest)
{
	expand_screen(compiler, guest);
	for (unsigned i = 0; i < device_model_count; i++) {
		unsigned index = 0;
		EACH_CHILD(node, guest, device_models[i].element)
		{
			expand_values(node, &device_models[i]);
			expand_peer(compiler, guest, node, &device_models[i], index);
			expand_overlay(compiler, guest, node, &device_models[i], index);
			expand_file(compiler, guest, node, &device_models[i], index++);
		}
	}
}
