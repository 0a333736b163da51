/* SPDX-License-Identifier: ISC */
/*
 * Shares of the plan. A frame belongs to a group; every subject with a vCPU in that group may run in it, so the shares
 * of the subjects of one group are the same time, not parts of it.
 */
#include "lib/config.h"
#include "tools/inspect/model.h"

static bool is_member(const struct config_header *config, uint32_t group, uint32_t subject)
{
	const struct config_group *g = &CONFIG_TABLE(config, config_group, TABLE_GROUP)[group];
	const struct config_member *member = CONFIG_TABLE(config, config_member, TABLE_MEMBER);
	for (uint32_t i = 0; i < g->member.count; i++)
		if (config_vcpus(config)[member[g->member.first + i].vcpu].subject == subject)
			return true;
	return false;
}

struct share share_of_group(const struct config_header *config, uint32_t plan, uint32_t group)
{
	const struct config_plan *p = &CONFIG_TABLE(config, config_plan, TABLE_PLAN)[plan];
	const struct config_frame *frame = CONFIG_TABLE(config, config_frame, TABLE_FRAME) + p->frame.first;
	struct share share = {0};
	for (uint32_t i = 0; i < p->frame.count; i++) {
		share.total_us += frame[i].length_us;
		if (frame[i].group == group) {
			share.us += frame[i].length_us;
			share.frames++;
		}
	}
	return share;
}

struct share share_of_subject(const struct config_header *config, uint32_t plan, uint32_t subject)
{
	struct share sum = share_of_group(config, plan, CONFIG_NONE);
	sum.us = 0;
	sum.frames = 0;
	for (uint32_t group = 0; group < config->table[TABLE_GROUP].count; group++) {
		if (!is_member(config, group, subject))
			continue;
		struct share part = share_of_group(config, plan, group);
		sum.us += part.us;
		sum.frames += part.frames;
	}
	return sum;
}

double share_percent(struct share share)
{
	return share.total_us ? 100.0 * (double)share.us / (double)share.total_us : 0;
}
