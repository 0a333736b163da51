/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "sdk/event.h"
#include "sdk/info.h"
#include "sdk/mock/state.h"

/*
 * Both ends of a channel in one process: channel i of the page has its areas on the heap (so that ASan sees the edges)
 * and a mirrored info_channel for the far end. The application's doorbell in is bit i, its doorbell out is index i.
 */
static uint64_t new_area(unsigned slot, uint32_t bytes)
{
	size_t size = sizeof(struct channel_area) + bytes;

	if (!bytes)
		return 0;
	mock.area[slot] = calloc(1, size);
	assert(mock.area[slot]);
	return (uintptr_t)mock.area[slot];
}

static void open_far(uint32_t i, struct channel *far)
{
	const struct info_channel *info = &mock.far[i];
	struct channel_setup setup = {
	        .out = info_pointer(info->out_gpa),
	        .in = info_pointer(info->in_gpa),
	        .out_bytes = info->out_bytes,
	        .in_bytes = info->in_bytes,
	        .peer_epoch = &info->peer_epoch,
	        .epoch = mock.page.channel[i].peer_epoch,
	        .one_way = info->flags & CHANNEL_ONE_WAY,
	};
	enum status status;

	*far = (struct channel){0};
	status = ring_open(&far->end, &setup);
	assert(status == OK);
	far->info = info;
}

void mock_add_channel(const struct mock_channel *wanted, struct channel *far)
{
	uint32_t i = mock.page.info.channel.count++;
	struct info_channel *near = &mock.page.channel[i];

	assert(i < MOCK_TABLE);
	strncpy(near->name, wanted->name, NAME_BYTES - 1);
	strncpy(near->peer, wanted->peer ? wanted->peer : "peer", NAME_BYTES - 1);
	near->in_bytes = wanted->in_bytes;
	near->out_bytes = wanted->out_bytes;
	near->in_gpa = new_area(2 * i, wanted->in_bytes);
	near->out_gpa = new_area(2 * i + 1, wanted->out_bytes);
	near->flags = (wanted->in_bytes ? CHANNEL_IN : 0) | (wanted->out_bytes ? CHANNEL_OUT : 0) |
	              (wanted->one_way ? CHANNEL_ONE_WAY : 0);
	near->event_in = i;
	near->event_out = i;
	near->role = wanted->role;
	near->role_index = wanted->role_index;

	mock.far[i] = *near;
	mock.far[i].in_bytes = near->out_bytes;
	mock.far[i].out_bytes = near->in_bytes;
	mock.far[i].in_gpa = near->out_gpa;
	mock.far[i].out_gpa = near->in_gpa;
	mock.far[i].flags = (near->flags & CHANNEL_ONE_WAY) | (near->out_bytes ? CHANNEL_IN : 0) |
	                    (near->in_bytes ? CHANNEL_OUT : 0);
	mock.far[i].event_in = EVENT_NONE;
	mock.far[i].event_out = MOCK_FAR_EVENT + i;
	open_far(i, far);
}

void mock_restart_peer(const char *channel, struct channel *far)
{
	const struct info_channel *info = info_channel(channel);
	uint32_t i;

	assert(info);
	i = (uint32_t)(info - mock.page.channel);
	mock.page.channel[i].peer_epoch++;
	open_far(i, far);
}

void mock_restart(void)
{
	mock.page.info.epoch++;
}
