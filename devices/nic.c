/* SPDX-License-Identifier: ISC */
/* Joins a network card's model to its link, its place on the bus, and the machine's turns. */
#include "devices/nic.h"
#include "devices/e1000.h"
#include "devices/interrupt.h"
#include "devices/virtio_net.h"
#include "sdk/info.h"

enum nic_model { NIC_E1000 = 0, NIC_VIRTIO = 1 }; /* as tools/device_model.c lists them */

struct nic_e1000 {
	struct net_link link;
	struct e1000 card;
};

static void e1000_poll_it(void *owner)
{
	e1000_poll(&((struct nic_e1000 *)owner)->card);
}

static uint64_t e1000_when(const void *owner)
{
	return e1000_deadline(&((const struct nic_e1000 *)owner)->card);
}

static void e1000_do(void *owner, uint64_t now)
{
	e1000_run(&((struct nic_e1000 *)owner)->card, now);
}

static struct pci_function *add_e1000(struct machine *machine, const uint8_t *address,
                                      const struct info_channel *channel)
{
	struct nic_e1000 *nic = machine_alloc(machine, sizeof(*nic));
	if (!nic || net_link_open(&nic->link, channel) ||
	    !machine_add_poll(machine, &(struct machine_poll){e1000_poll_it, nic}) ||
	    !machine_add_timer(machine, &(struct machine_timer){e1000_when, e1000_do, nic}))
		return 0;
	struct net_backend backend = net_link_backend(&nic->link);
	e1000_init(&nic->card, address, &backend, &machine->clock);
	return &nic->card.pci;
}

struct nic_virtio {
	struct net_link link;
	struct virtio_net card;
};

static void virtio_poll_it(void *owner)
{
	virtio_net_poll(&((struct nic_virtio *)owner)->card);
}

static uint64_t virtio_when(const void *owner)
{
	return virtio_net_deadline(&((const struct nic_virtio *)owner)->card);
}

static void virtio_do(void *owner, uint64_t now)
{
	virtio_net_run(&((struct nic_virtio *)owner)->card, now);
}

static struct pci_function *add_virtio(struct machine *machine, const uint8_t *address,
                                       const struct info_channel *channel)
{
	struct nic_virtio *nic = machine_alloc(machine, sizeof(*nic));
	if (!nic || net_link_open(&nic->link, channel) ||
	    !machine_add_poll(machine, &(struct machine_poll){virtio_poll_it, nic}) ||
	    !machine_add_timer(machine, &(struct machine_timer){virtio_when, virtio_do, nic}))
		return 0;
	struct net_backend backend = net_link_backend(&nic->link);
	virtio_net_init(&nic->card, address, &backend, &machine->clock, &(struct msix_sink){interrupt_msi, machine});
	return &nic->card.virtio.function;
}

const char *nic_init(struct machine *machine, const struct info_device *device)
{
	uint8_t address[NET_ADDRESS_BYTES];
	if (device->channel >= info_get()->channel.count || !net_parse_address(device->text, address))
		return "a network card has no channel or no address";
	const struct info_channel *channel = &INFO_TABLE(info_channel, channel)[device->channel];
	struct pci_function *function = 0;
	if (device->model == NIC_E1000)
		function = add_e1000(machine, address, channel);
	else if (device->model == NIC_VIRTIO)
		function = add_virtio(machine, address, channel);
	if (!function)
		return "a network card does not fit, or its channel cannot carry frames";
	machine_rom(function, device);
	return machine_connect(machine, device->place, function) ? 0 : "no place for a network card";
}
