/* SPDX-License-Identifier: ISC */
/* The parts of the model in their order, and the names: cleaned once here, so that no printer meets a raw one. */
#include "tools/inspect/model.h"
#include <stdlib.h>
#include <string.h>
#include "lib/config.h"

uint32_t model_subject_count(const struct model *model)
{
	return model->config->table[TABLE_SUBJECT].count;
}

void model_name(char out[NAME_TEXT], const char name[CONFIG_NAME_BYTES])
{
	size_t i = 0;
	for (; i < CONFIG_NAME_BYTES && name[i]; i++)
		out[i] = name[i] >= 0x20 && name[i] <= 0x7e ? name[i] : '?';
	out[i] = 0;
}

const char *model_owner(const struct model *model, uint32_t subject)
{
	if (subject == CONFIG_NONE)
		return "core";
	return subject < model_subject_count(model) ? model->subject[subject] : "?";
}

const char *model_extent_owner(const struct model *model, const struct extent *extent)
{
	bool region = extent->kind == EXTENT_REGION || extent->kind == EXTENT_PAYLOAD || extent->kind == EXTENT_DEVICE;
	return region && extent->owner == CONFIG_NONE ? "shared" : model_owner(model, extent->owner);
}

void model_names(struct model *model)
{
	model_name(model->system, model->config->name);
	for (uint32_t i = 0; i < model_subject_count(model); i++)
		model_name(model->subject[i], config_subjects(model->config)[i].name);
}

void model_build(struct model *model, const uint8_t *package, uint64_t size, const struct platform *platform)
{
	*model = (struct model){
	        .config = (const struct config_header *)(const void *)package,
	        .package = package,
	        .package_size = size,
	        .platform = *platform,
	};
	model->digest_known = size >= model->config->package_size;
	model->digest_good = model->digest_known && config_digest(package, size) == OK;
	model_names(model);
	model_place(model);
	model_flows(model);
	model_prove(model);
}

void model_free(struct model *model)
{
	free(model->extents);
	free(model->flows);
	model->extents = NULL;
	model->flows = NULL;
}
