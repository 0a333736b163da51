/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_VIRTIO_NET_H
#define DEVICES_VIRTIO_NET_H

#include "devices/clock.h"
#include "devices/net.h"
#include "devices/virtio.h"

/*
 * A virtio network card; what is left out stands at the top of virtio_net.c. Whoever owns it calls virtio_net_poll when
 * the back end has news, and virtio_net_run when virtio_net_deadline has come.
 */
#define VIRTIO_NET_PARTS 64u /* buffers that one frame may be spread over */

struct virtio_net {
	struct virtio virtio;
	struct net_backend net;
	struct device_clock clock;
	uint64_t deadline; /* CLOCK_NEVER, or 0: a turn ended before the work did */
	/* out: a frame that found no room at the other side */
	struct net_frame out;
	size_t out_length;
	/* in: a frame that is being spread over the driver's buffers */
	struct net_frame in;
	size_t in_length, in_done;
	struct virtio_chain first; /* the buffer that its header went to */
	unsigned parts;
	uint16_t head[VIRTIO_NET_PARTS];
	uint32_t written[VIRTIO_NET_PARTS];
};

void virtio_net_init(struct virtio_net *card, const uint8_t address[NET_ADDRESS_BYTES], const struct net_backend *net,
                     const struct device_clock *clock, const struct msix_sink *msix);
void virtio_net_poll(struct virtio_net *card);
uint64_t virtio_net_deadline(const struct virtio_net *card);
void virtio_net_run(struct virtio_net *card, uint64_t now);

#endif
