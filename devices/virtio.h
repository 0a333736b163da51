/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_VIRTIO_H
#define DEVICES_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>
#include "devices/msix.h"
#include "devices/pci_function.h"

/*
 * A virtio device over PCI, modern and transitional. See virtio.c for the registers and virtio_queue.c for the rings. A
 * model (block, console ...) is a `struct virtio_type` and takes chains of pieces of guest memory from its queues.
 */
#define VIRTIO_QUEUES 3u
#define VIRTIO_QUEUE_MAX 256u
#define VIRTIO_PIECES 130u /* in a chain */
#define VIRTIO_CONFIG_BYTES 40u

enum { VIRTIO_NET = 1, VIRTIO_BLOCK = 2, VIRTIO_CONSOLE = 3, VIRTIO_RNG = 4 };
#define VIRTIO_F_INDIRECT_DESC (UINT64_C(1) << 28)
#define VIRTIO_F_EVENT_IDX (UINT64_C(1) << 29)
#define VIRTIO_F_VERSION_1 (UINT64_C(1) << 32)

/* Guest memory: the guest changes it at any time. */
struct virtio_piece {
	uint8_t *bytes;
	uint32_t length;
};
/* What the driver offers at once: first pieces that the device reads, then pieces that it writes. */
struct virtio_chain {
	uint16_t head;
	unsigned out, in; /* pieces of each kind */
	uint64_t out_bytes, in_bytes;
	struct virtio_piece piece[VIRTIO_PIECES];
};

struct virtio_type {
	uint8_t id; /* VIRTIO_NET ... */
	uint8_t class_code, subclass;
	uint8_t queues;
	uint16_t queue_size[VIRTIO_QUEUES];
	uint64_t features;                           /* those of the device itself */
	void (*notify)(void *model, unsigned queue); /* the driver has put something there */
	void (*config_written)(void *model);         /* may be 0: then the configuration is read-only */
	/* The device is reset: chains that were taken are forgotten. False: some are still in use; the model calls
	   virtio_reset_done() when none is, and until then the driver sees the reset underway. */
	bool (*reset)(void *model);
};

struct virtio_queue {
	uint16_t size, vector;
	bool enabled;
	uint64_t desc, avail, used;
	uint16_t next_avail, next_used, signalled;
};

struct virtio {
	struct pci_function function;
	struct msix msix;
	const struct virtio_type *type;
	void *model;
	uint8_t config[VIRTIO_CONFIG_BYTES]; /* the device's own fields, little-endian, kept by the model */
	uint32_t config_bytes;
	uint64_t driver_features;
	uint32_t device_select, driver_select;
	uint16_t queue_select, config_vector;
	uint8_t status, isr, generation;
	bool resetting;
	struct virtio_queue queue[VIRTIO_QUEUES];
};

void virtio_init(struct virtio *virtio, const struct virtio_type *type, void *model, uint32_t config_bytes,
                 const struct msix_sink *sink);

/* The next chain; false: there is none, or the queue is not running, or the ring is broken (then the device is, too). */
bool virtio_pop(struct virtio *virtio, unsigned queue, struct virtio_chain *chain);
/* Gives a chain back, of which `written` bytes of its writable pieces were filled; virtio_signal() tells the driver. */
void virtio_push(struct virtio *virtio, unsigned queue, uint16_t head, uint32_t written);
void virtio_signal(struct virtio *virtio, unsigned queue);
/* Has the driver accepted this feature? */
static inline bool virtio_has(const struct virtio *virtio, uint64_t feature)
{
	return virtio->driver_features & feature;
}
/* The driver has broken a rule: nothing goes on until it resets the device. */
void virtio_broken(struct virtio *virtio);
void virtio_reset_done(struct virtio *virtio);
/* After the model has changed its configuration fields. */
void virtio_config_changed(struct virtio *virtio);

/* Copies between a chain and a buffer, from `offset` bytes into its readable or writable part; -> bytes copied. */
uint32_t virtio_take(const struct virtio_chain *chain, uint64_t offset, void *to, uint32_t length);
uint32_t virtio_give(const struct virtio_chain *chain, uint64_t offset, const void *from, uint32_t length);

/* --- between the files of the transport --- */
enum { VIRTIO_DRIVER_OK = 4, VIRTIO_FEATURES_OK = 8, VIRTIO_NEEDS_RESET = 0x40 };
void virtio_interrupt(struct virtio *virtio, uint16_t vector, uint8_t reason);

#endif
