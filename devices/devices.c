/* SPDX-License-Identifier: ISC */
/* One line per kind; tools/parse_device_model.c has the other half of it, what a description may say. */
#include "devices/devices.h"
#include "devices/disk_device.h"
#include "devices/ivshmem_device.h"
#include "devices/nic.h"
#include "devices/panic.h"
#include "devices/screen.h"
#include "devices/virtio_device.h"
#include "devices/watchdog_device.h"
#include "sdk/info.h"

typedef const char *device_init(struct machine *machine, const struct info_device *device);
/* <debug>: what the guest prints on its debug ports gets a console of its own. */
static const char *debug_init_link(struct machine *machine, const struct info_device *device)
{
	const struct info_channel *channel = INFO_TABLE(info_channel, channel);
	if (device->channel >= info_get()->channel.count ||
	    channel_open_info(&machine->debug_link.channel, &channel[device->channel]) != OK)
		return "the debug ports' channel is not there";
	return 0;
}

/* <module>: the loader takes it, boot_start.c. */
static const char *module_init(struct machine *machine, const struct info_device *device)
{
	(void)machine;
	return device->memory < info_get()->memory.count ? 0 : "a module's file is not there";
}

static device_init *const inits[DEVICE_KINDS] = {
        [DEVICE_IVSHMEM] = ivshmem_device_init,
        [DEVICE_NIC] = nic_init,
        [DEVICE_PANIC] = panic_init,
        [DEVICE_WATCHDOG] = watchdog_device_init,
        [DEVICE_DEBUG] = debug_init_link,
        [DEVICE_DISK] = disk_device_init,
        [DEVICE_CDROM] = cdrom_device_init,
        [DEVICE_RNG] = rng_device_init,
        [DEVICE_CONSOLE] = console_device_init,
        [DEVICE_SCREEN] = screen_init,
        [DEVICE_MODULE] = module_init,
};

const char *devices_init(struct machine *machine)
{
	const struct info_device *device = INFO_TABLE(info_device, device);
	const char *wrong = 0;
	for (uint32_t i = 0; i < info_get()->device.count && !wrong; i++)
		wrong = device[i].kind < DEVICE_KINDS && inits[device[i].kind]
		                ? inits[device[i].kind](machine, &device[i])
		                : "this layer knows no such device";
	return wrong;
}
