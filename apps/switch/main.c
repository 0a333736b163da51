/* SPDX-License-Identifier: ISC */
#include "apps/switch/switch.h"
#include "sdk/sdk.h"

static struct ethernet_switch ethernet;

static unsigned digit(char c)
{
	return (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0');
}

/* The compiler has checked that it is one. */
static uint64_t parse_address(const char *text)
{
	uint64_t mac = 0;
	for (unsigned i = 0; i < NET_ADDRESS_BYTES; i++)
		mac = mac << 8 | digit(text[3 * i]) << 4 | digit(text[3 * i + 1]);
	return mac;
}

static bool open_ports(void)
{
	const struct info_device *device = INFO_TABLE(info_device, device);
	const struct info_channel *channel = INFO_TABLE(info_channel, channel);
	for (uint32_t i = 0; i < info_get()->device.count; i++) {
		uint64_t mac = device[i].flags & NIC_ANY_SOURCE ? 0 : parse_address(device[i].text);
		if (device[i].kind != DEVICE_NIC)
			continue;
		enum status status = switch_add(&ethernet, &channel[device[i].channel], mac, (uint32_t)device[i].value);
		if (status != OK) {
			print("switch: the link to %s cannot be a port: %s\n", channel[device[i].channel].peer,
			      hypercall_status(status));
			return false;
		}
	}
	return true;
}

int main(void)
{
	if (!open_ports())
		return 1;
	audit_write(SWITCH_STARTED, ethernet.table.port_count, 0);
	print("switch: %u ports\n", ethernet.table.port_count);
	for (;;)
		if (!switch_step(&ethernet))
			event_wait(switch_events(&ethernet), EVENT_FOREVER);
}
