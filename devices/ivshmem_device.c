/* SPDX-License-Identifier: ISC */
/* A ring that finds the channel full is lost: then the other side has many that it has not looked at yet. */
#include "devices/ivshmem_device.h"
#include "devices/ivshmem.h"
#include "sdk/channel.h"
#include "sdk/info.h"

struct ivshmem_device {
	struct channel channel;
	struct ivshmem ivshmem;
};

static void ring(void *owner, uint16_t vector)
{
	struct ivshmem_device *device = owner;
	(void)vector;
	(void)channel_write(&device->channel, "!", 1);
}

static void poll(void *owner)
{
	struct ivshmem_device *device = owner;
	char rings[64];
	if (channel_read(&device->channel, rings, sizeof(rings)))
		ivshmem_rung(&device->ivshmem);
}

const char *ivshmem_device_init(struct machine *machine, const struct info_device *row)
{
	const struct info *info = info_get();
	struct ivshmem_device *device = machine_alloc(machine, sizeof(*device));
	if (!device || row->memory >= info->memory.count ||
	    !machine_add_poll(machine, &(struct machine_poll){poll, device}))
		return "no room for shared memory, or no region";
	if (row->channel < info->channel.count &&
	    channel_open_info(&device->channel, &INFO_TABLE(info_channel, channel)[row->channel]))
		return "the doorbell's channel does not open";
	ivshmem_init(&device->ivshmem, row->flags & IVSHMEM_SECOND ? 1 : 0, (uint32_t)row->value,
	             (uint32_t)INFO_TABLE(info_memory, memory)[row->memory].size, &(struct ivshmem_peer){ring, device});
	return machine_connect(machine, row->place, &device->ivshmem.pci) ? 0 : "no place for shared memory";
}
