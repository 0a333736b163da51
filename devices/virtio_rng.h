/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_VIRTIO_RNG_H
#define DEVICES_VIRTIO_RNG_H

#include "devices/clock.h"
#include "devices/virtio.h"

struct virtio_rng {
	struct virtio virtio;
	bool (*random)(uint64_t *value); /* the CPU's generator; 0: from the seed */
	uint64_t seed[2];                /* and how many blocks were taken of it */
	struct device_clock clock;
	uint64_t deadline; /* ns: when virtio_rng_run is to be called */
	struct virtio_chain chain;
};

/* With a seed the guest gets the same bytes in each of its lives; seed 0 takes the CPU's generator. */
void virtio_rng_init(struct virtio_rng *rng, uint64_t seed, bool (*random)(uint64_t *value),
                     const struct device_clock *clock, const struct msix_sink *sink);
uint64_t virtio_rng_deadline(const struct virtio_rng *rng);
void virtio_rng_run(struct virtio_rng *rng, uint64_t now);
/* RDRAND; false if it has nothing now. */
bool virtio_rng_cpu(uint64_t *value);

#endif
