/* SPDX-License-Identifier: ISC */
#include "devices/virtio_device.h"
#include "devices/interrupt.h"
#include "devices/virtio_console.h"
#include "devices/virtio_rng.h"
#include "sdk/info.h"

static uint64_t rng_when(const void *rng)
{
	return virtio_rng_deadline(rng);
}

static void rng_do(void *rng, uint64_t now)
{
	virtio_rng_run(rng, now);
}

const char *rng_device_init(struct machine *machine, const struct info_device *device)
{
	const struct msix_sink sink = {interrupt_msi, machine};
	struct virtio_rng *rng = machine_alloc(machine, sizeof *rng);
	if (!rng || !machine_add_timer(machine, &(struct machine_timer){rng_when, rng_do, rng}))
		return "no room for the random number device";
	virtio_rng_init(rng, device->value, virtio_rng_cpu, &machine->clock, &sink);
	return machine_connect(machine, device->place, &rng->virtio.function) ? 0
	                                                                      : "no place for the random number device";
}

static void poll_console(void *device)
{
	virtio_console_poll(device);
}

static uint64_t console_when(const void *console)
{
	return virtio_console_deadline(console);
}

static void console_do(void *console, uint64_t now)
{
	virtio_console_run(console, now);
}

const char *console_device_init(struct machine *machine, const struct info_device *device)
{
	const struct msix_sink sink = {interrupt_msi, machine};
	struct virtio_console *console = machine_alloc(machine, sizeof *console);
	struct serial_link *link = machine_alloc(machine, sizeof *link);
	if (!console || !link)
		return "no room for a virtio console";
	if (device->channel >= info_get()->channel.count ||
	    channel_open_info(&link->channel, &INFO_TABLE(info_channel, channel)[device->channel]))
		return "a virtio console's channel does not open";
	struct serial_backend backend = serial_link_backend(link);
	virtio_console_init(console, &backend, &machine->clock, &sink);
	if (!machine_add_poll(machine, &(struct machine_poll){poll_console, console}) ||
	    !machine_add_timer(machine, &(struct machine_timer){console_when, console_do, console}))
		return "too many devices wait";
	return machine_connect(machine, device->place, &console->virtio.function) ? 0 : "no place for a virtio console";
}
