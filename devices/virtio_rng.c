/* SPDX-License-Identifier: ISC */
/*
 * virtio entropy device: fills what the driver offers, from the CPU's generator or from a seed. With a seed the bytes
 * are SHA-256 of the seed and a counter: the same in each life of the guest, for runs that must be alike.
 *
 * Specification: Virtual I/O Device 1.1 (OASIS), 5.4.
 */
#include "devices/virtio_rng.h"
#include "lib/hash.h"

enum { TRIES = 10 };             /* Intel's guide for RDRAND */
enum { MOST = 4096, TURN = 64 }; /* bytes of a chain that are filled; chains */

bool virtio_rng_cpu(uint64_t *value)
{
	bool good;
	__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(good));
	return good;
}

/* One block, and how many bytes of it are random. */
static uint32_t block(struct virtio_rng *rng, uint8_t bytes[HASH_BYTES])
{
	uint64_t word;
	if (!rng->random) {
		struct hash hash;
		hash_init(&hash);
		hash_update(&hash, rng->seed, sizeof(rng->seed));
		hash_final(&hash, bytes);
		rng->seed[1]++;
		return HASH_BYTES;
	}
	for (unsigned i = 0; i < TRIES; i++)
		if (rng->random(&word)) {
			__builtin_memcpy(bytes, &word, sizeof(word));
			return sizeof(word);
		}
	return 0;
}

static void fill(struct virtio_rng *rng)
{
	uint32_t filled = 0, part;
	uint8_t bytes[HASH_BYTES];
	do {
		part = block(rng, bytes);
		part = virtio_give(&rng->chain, filled, bytes, part);
		filled += part;
	} while (part && filled < MOST);
	virtio_push(&rng->virtio, 0, rng->chain.head, filled);
}

/* What is left of a turn is done in the next: another vCPU of the driver may add as fast as it is taken. */
static void take_all(struct virtio_rng *rng)
{
	unsigned turn = TURN;
	for (; turn && virtio_pop(&rng->virtio, 0, &rng->chain); turn--)
		fill(rng);
	clock_set_deadline(&rng->clock, &rng->deadline, turn ? CLOCK_NEVER : 0);
	virtio_signal(&rng->virtio, 0);
}

static void notified(void *model, unsigned queue)
{
	(void)queue;
	take_all(model);
}

static bool reset(void *model)
{
	(void)model;
	return true;
}

static const struct virtio_type type = {VIRTIO_RNG, 0, 0xff, 1, {64}, 0, notified, 0, reset};

void virtio_rng_init(struct virtio_rng *rng, uint64_t seed, bool (*random)(uint64_t *value),
                     const struct device_clock *clock, const struct msix_sink *sink)
{
	rng->clock = *clock;
	rng->deadline = CLOCK_NEVER;
	rng->random = seed ? 0 : random;
	rng->seed[0] = seed;
	rng->seed[1] = 0;
	virtio_init(&rng->virtio, &type, rng, 0, sink);
}

uint64_t virtio_rng_deadline(const struct virtio_rng *rng)
{
	return rng->deadline;
}

void virtio_rng_run(struct virtio_rng *rng, uint64_t now)
{
	if (now >= rng->deadline)
		take_all(rng);
}
