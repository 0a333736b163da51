/* SPDX-License-Identifier: ISC */
#include "abi/info.h"
#include "devices/serial_link.h"
#include "sdk/clock.h"
#include "sdk/event.h"

/* A reader that takes nothing for a second loses the text. */
#define TEXT_TRIES 100u
#define TEXT_WAIT_NS (10 * CLOCK_MS)

bool serial_link_open(struct serial_link *link, unsigned index)
{
	return channel_open_role(&link->channel, ROLE_SERIAL, index) == OK;
}

/* When the ring has no room, the peer is asked to ring the bell once it has; serial_poll then goes on. */
static size_t backend_write(void *owner, const uint8_t *bytes, size_t count)
{
	struct serial_link *link = owner;
	size_t taken = channel_write(&link->channel, bytes, count);
	if (taken < count && link->channel.info && channel_await_space(&link->channel, 1))
		taken += channel_write(&link->channel, bytes + taken, count - taken);
	return taken;
}

static size_t backend_read(void *owner, uint8_t *bytes, size_t count)
{
	struct serial_link *link = owner;
	return channel_read(&link->channel, bytes, count);
}

struct serial_backend serial_link_backend(struct serial_link *link)
{
	uint32_t flags = link->channel.info ? link->channel.info->flags : 0;
	return (struct serial_backend){.write = flags & CHANNEL_OUT ? backend_write : 0,
	                               .read = flags & CHANNEL_IN ? backend_read : 0,
	                               .owner = link};
}

void serial_link_text(struct serial_link *link, const char *text, size_t length)
{
	size_t done = channel_write(&link->channel, text, length);
	for (unsigned i = 0; i < TEXT_TRIES && done < length && link->channel.info; i++) {
		if (!channel_await_space(&link->channel, 1))
			event_wait(channel_event(&link->channel), clock_deadline(TEXT_WAIT_NS));
		done += channel_write(&link->channel, text + done, length - done);
	}
}
