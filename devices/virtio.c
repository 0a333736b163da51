/* SPDX-License-Identifier: ISC */
/*
 * The registers of a virtio device over PCI, in both forms at once (a transitional device): the legacy ones in BAR 0,
 * I/O, and those of virtio 1 in BAR 1, memory, found by vendor capabilities. The doorbell of the modern form is the
 * legacy one too: a port access costs a guest of a hypervisor less than an instruction that must be decoded.
 *
 * Interrupts: MSI-X if the driver switches it on, else INTA with the ISR register.
 * Left out: the capability for access through configuration space (type 5), packed rings, queue reset, ATS; legacy
 * guests of the other endianness cannot be.
 * Specification: Virtual I/O Device 1.1 (OASIS), 4.1 and, for the legacy form, 4.1.4.8 ff.
 */
#include "devices/virtio.h"

#define VENDOR 0x1af4
enum { PAGE = 4096 };
static const uint16_t device_ids[] = {
        [VIRTIO_NET] = 0x1000, [VIRTIO_BLOCK] = 0x1001, [VIRTIO_CONSOLE] = 0x1003, [VIRTIO_RNG] = 0x1005};
enum { LEGACY_BYTES = 64, MEMORY_BYTES = 4096 };
enum { COMMON_AT = 0, COMMON_BYTES = 56, ISR_AT = 0x200, CONFIG_AT = 0x400, TABLE_AT = 0x800, PENDING_AT = 0xc00 };
enum { CAPABILITY_VENDOR = 9, CAPABILITY_BYTES = 16, CAPABILITY_NOTIFY_BYTES = 20 };
enum { TYPE_COMMON = 1, TYPE_NOTIFY = 2, TYPE_ISR = 3, TYPE_CONFIG = 4 };
enum { ISR_QUEUE = 1, ISR_CONFIG = 2 };
#define TRANSPORT_FEATURES (VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX | VIRTIO_F_VERSION_1)

/* --- interrupts --- */

void virtio_interrupt(struct virtio *virtio, uint16_t vector, uint8_t reason)
{
	if (msix_enabled(&virtio->msix)) {
		msix_raise(&virtio->msix, vector);
		return;
	}
	virtio->isr |= reason;
	pci_function_interrupt(&virtio->function, true);
}

static uint8_t read_isr(struct virtio *virtio)
{
	uint8_t isr = virtio->isr;
	virtio->isr = 0;
	pci_function_interrupt(&virtio->function, false);
	return isr;
}

void virtio_config_changed(struct virtio *virtio)
{
	virtio->generation++;
	if (virtio->status & VIRTIO_DRIVER_OK)
		virtio_interrupt(virtio, virtio->config_vector, ISR_CONFIG);
}

void virtio_broken(struct virtio *virtio)
{
	virtio->status |= VIRTIO_NEEDS_RESET;
	virtio_config_changed(virtio);
}

/* --- state --- */

static uint64_t offered(const struct virtio *virtio)
{
	return virtio->type->features | TRANSPORT_FEATURES;
}

static void clear(struct virtio *virtio)
{
	virtio->driver_features = 0;
	virtio->device_select = virtio->driver_select = 0;
	virtio->queue_select = 0;
	virtio->config_vector = MSIX_NONE;
	virtio->status = 0;
	virtio->resetting = false;
	virtio->msix.pending = 0;
	for (unsigned i = 0; i < VIRTIO_QUEUES; i++)
		virtio->queue[i] = (struct virtio_queue){
		        .size = i < virtio->type->queues ? virtio->type->queue_size[i] : 0, .vector = MSIX_NONE};
	(void)read_isr(virtio);
}

void virtio_reset_done(struct virtio *virtio)
{
	if (virtio->resetting)
		clear(virtio);
}

static void reset(struct virtio *virtio)
{
	virtio->resetting = true;
	if (virtio->type->reset(virtio->model))
		clear(virtio);
}

/* FEATURES_OK stays away if the driver accepts what was not offered, or speaks modern without saying so. */
static void write_status(struct virtio *virtio, uint8_t status)
{
	if (!status) {
		reset(virtio);
		return;
	}
	if (virtio->resetting)
		return;
	if (status & ~virtio->status & VIRTIO_FEATURES_OK &&
	    ((virtio->driver_features & ~offered(virtio)) || !virtio_has(virtio, VIRTIO_F_VERSION_1)))
		status &= (uint8_t)~VIRTIO_FEATURES_OK;
	virtio->status = (uint8_t)(status | (virtio->status & VIRTIO_NEEDS_RESET));
}

static struct virtio_queue *selected(struct virtio *virtio)
{
	return virtio->queue_select < virtio->type->queues ? &virtio->queue[virtio->queue_select] : 0;
}

static uint16_t vector_of(const struct virtio *virtio, uint64_t value)
{
	return value < virtio->msix.vectors ? (uint16_t)value : MSIX_NONE;
}

static void notify(struct virtio *virtio, uint64_t queue)
{
	if (queue < virtio->type->queues && virtio->queue[queue].enabled && (virtio->status & VIRTIO_DRIVER_OK) &&
	    !virtio->resetting)
		virtio->type->notify(virtio->model, (unsigned)queue);
}

/* --- the device's own configuration --- */

static uint64_t config_read(const struct virtio *virtio, uint32_t offset, unsigned size)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < size; i++)
		if (offset + i < virtio->config_bytes)
			value |= (uint64_t)virtio->config[offset + i] << 8 * i;
	return value;
}

static void config_write(struct virtio *virtio, uint32_t offset, unsigned size, uint64_t value)
{
	if (!virtio->type->config_written)
		return;
	for (unsigned i = 0; i < size; i++)
		if (offset + i < virtio->config_bytes)
			virtio->config[offset + i] = (uint8_t)(value >> 8 * i);
	virtio->type->config_written(virtio->model);
}

/* --- legacy registers --- */

enum {
	LEGACY_OFFERED = 0,
	LEGACY_ACCEPTED = 4,
	LEGACY_PAGE = 8,
	LEGACY_SIZE = 12,
	LEGACY_SELECT = 14,
	LEGACY_NOTIFY = 16,
	LEGACY_STATUS = 18,
	LEGACY_ISR = 19,
	LEGACY_CONFIG_VECTOR = 20,
	LEGACY_QUEUE_VECTOR = 22,
};

static uint32_t legacy_config(const struct virtio *virtio)
{
	return msix_enabled(&virtio->msix) ? 24 : 20;
}

/* One page-aligned run: descriptors, available ring, and on the next page the used ring. */
static void legacy_place(struct virtio_queue *queue, uint32_t page)
{
	queue->desc = (uint64_t)page * PAGE;
	queue->avail = queue->desc + 16ull * queue->size;
	queue->used = (queue->avail + 6 + 2ull * queue->size + PAGE - 1) / PAGE * PAGE;
	queue->enabled = page;
	if (!page)
		queue->next_avail = queue->next_used = queue->signalled = 0;
}

static uint64_t legacy_read(void *device, uint32_t offset, unsigned size)
{
	struct virtio *virtio = device;
	const struct virtio_queue *queue = selected(virtio);
	if (offset >= legacy_config(virtio))
		return config_read(virtio, offset - legacy_config(virtio), size);
	switch (offset) {
	case LEGACY_OFFERED:
		return (uint32_t)offered(virtio);
	case LEGACY_ACCEPTED:
		return (uint32_t)virtio->driver_features;
	case LEGACY_PAGE:
		return queue && queue->enabled ? queue->desc / PAGE : 0;
	case LEGACY_SIZE:
		return queue ? queue->size : 0;
	case LEGACY_SELECT:
		return virtio->queue_select;
	case LEGACY_STATUS:
		return virtio->status;
	case LEGACY_ISR:
		return read_isr(virtio);
	case LEGACY_CONFIG_VECTOR:
		return virtio->config_vector;
	case LEGACY_QUEUE_VECTOR:
		return queue ? queue->vector : MSIX_NONE;
	default:
		return 0;
	}
}

static void legacy_write(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	struct virtio *virtio = device;
	struct virtio_queue *queue = selected(virtio);
	if (offset == LEGACY_NOTIFY) {
		notify(virtio, value & 0xffff);
		return;
	}
	if (offset >= legacy_config(virtio)) {
		config_write(virtio, offset - legacy_config(virtio), size, value);
		return;
	}
	switch (offset) {
	case LEGACY_ACCEPTED:
		virtio->driver_features = value & offered(virtio) & UINT32_MAX;
		break;
	case LEGACY_PAGE:
		if (queue)
			legacy_place(queue, (uint32_t)value);
		break;
	case LEGACY_SELECT:
		virtio->queue_select = (uint16_t)value;
		break;
	case LEGACY_STATUS:
		write_status(virtio, (uint8_t)value);
		break;
	case LEGACY_CONFIG_VECTOR:
		virtio->config_vector = vector_of(virtio, value & 0xffff);
		break;
	case LEGACY_QUEUE_VECTOR:
		if (queue)
			queue->vector = vector_of(virtio, value & 0xffff);
		break;
	default:
		break;
	}
}

/* --- modern registers --- */

enum {
	DEVICE_SELECT = 0,
	DEVICE_FEATURES = 4,
	DRIVER_SELECT = 8,
	DRIVER_FEATURES = 12,
	CONFIG_VECTOR = 16,
	QUEUES = 18,
	STATUS = 20,
	GENERATION = 21,
	QUEUE_SELECT = 22,
	QUEUE_SIZE = 24,
	QUEUE_VECTOR = 26,
	QUEUE_ENABLE = 28,
	QUEUE_NOTIFY = 30,
	QUEUE_DESC = 32,
	QUEUE_AVAIL = 40,
	QUEUE_USED = 48,
};

static void put(uint8_t *image, unsigned offset, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		image[offset + i] = (uint8_t)(value >> 8 * i);
}

static uint32_t half(uint64_t features, uint32_t select)
{
	return select == 0 ? (uint32_t)features : select == 1 ? (uint32_t)(features >> 32) : 0;
}

/* All of them as they are now; a read takes its bytes from that. */
static void common_image(struct virtio *virtio, uint8_t image[COMMON_BYTES])
{
	const struct virtio_queue *queue = selected(virtio);
	__builtin_memset(image, 0, COMMON_BYTES);
	put(image, DEVICE_SELECT, virtio->device_select, 4);
	put(image, DEVICE_FEATURES, half(offered(virtio), virtio->device_select), 4);
	put(image, DRIVER_SELECT, virtio->driver_select, 4);
	put(image, DRIVER_FEATURES, half(virtio->driver_features, virtio->driver_select), 4);
	put(image, CONFIG_VECTOR, virtio->config_vector, 2);
	put(image, QUEUES, virtio->type->queues, 2);
	image[STATUS] = virtio->status;
	image[GENERATION] = virtio->generation;
	put(image, QUEUE_SELECT, virtio->queue_select, 2);
	if (!queue) {
		put(image, QUEUE_VECTOR, MSIX_NONE, 2);
		return;
	}
	put(image, QUEUE_SIZE, queue->size, 2);
	put(image, QUEUE_VECTOR, queue->vector, 2);
	put(image, QUEUE_ENABLE, queue->enabled, 2);
	put(image, QUEUE_DESC, queue->desc, 8);
	put(image, QUEUE_AVAIL, queue->avail, 8);
	put(image, QUEUE_USED, queue->used, 8);
}

static uint64_t common_read(struct virtio *virtio, uint32_t offset, unsigned size)
{
	uint8_t image[COMMON_BYTES];
	uint64_t value = 0;
	common_image(virtio, image);
	for (unsigned i = 0; i < size && offset + i < COMMON_BYTES; i++)
		value |= (uint64_t)image[offset + i] << 8 * i;
	return value;
}

static void write_features(struct virtio *virtio, uint32_t value)
{
	unsigned shift = virtio->driver_select ? 32 : 0;
	if (virtio->driver_select > 1 || (virtio->status & VIRTIO_FEATURES_OK))
		return;
	virtio->driver_features = (virtio->driver_features & ~(UINT64_C(0xffffffff) << shift)) | (uint64_t)value
	                                                                                                 << shift;
}

/* An address is written whole or by halves, before the queue is enabled. */
static void write_address(struct virtio_queue *queue, uint32_t offset, unsigned size, uint64_t value)
{
	uint64_t *address = offset < QUEUE_AVAIL ? &queue->desc : offset < QUEUE_USED ? &queue->avail : &queue->used;
	if (size == 8 && offset % 8 == 0)
		*address = value;
	else if (size == 4 && offset % 8 == 0)
		*address = (*address & ~UINT64_C(0xffffffff)) | (uint32_t)value;
	else if (size == 4 && offset % 8 == 4)
		*address = (*address & UINT32_MAX) | value << 32;
}

static void queue_write(struct virtio *virtio, uint32_t offset, unsigned size, uint64_t value)
{
	struct virtio_queue *queue = selected(virtio);
	uint16_t word = (uint16_t)value, most = queue ? virtio->type->queue_size[virtio->queue_select] : 0;
	if (!queue)
		return;
	if (offset == QUEUE_VECTOR)
		queue->vector = vector_of(virtio, word);
	else if (queue->enabled)
		return;
	else if (offset == QUEUE_SIZE && word && word <= most && !(word & (word - 1)))
		queue->size = word;
	else if (offset == QUEUE_ENABLE && word == 1)
		queue->enabled = true;
	else if (offset >= QUEUE_DESC)
		write_address(queue, offset, size, value);
}

static void common_write(struct virtio *virtio, uint32_t offset, unsigned size, uint64_t value)
{
	switch (offset) {
	case DEVICE_SELECT:
		virtio->device_select = (uint32_t)value;
		break;
	case DRIVER_SELECT:
		virtio->driver_select = (uint32_t)value;
		break;
	case DRIVER_FEATURES:
		write_features(virtio, (uint32_t)value);
		break;
	case CONFIG_VECTOR:
		virtio->config_vector = vector_of(virtio, value & 0xffff);
		break;
	case STATUS:
		write_status(virtio, (uint8_t)value);
		break;
	case QUEUE_SELECT:
		virtio->queue_select = (uint16_t)value;
		break;
	default:
		if (offset >= QUEUE_SIZE)
			queue_write(virtio, offset, size, value);
	}
}

static uint64_t memory_read(void *device, uint32_t offset, unsigned size)
{
	struct virtio *virtio = device;
	if (offset < COMMON_AT + COMMON_BYTES)
		return common_read(virtio, offset, size);
	if (offset == ISR_AT)
		return read_isr(virtio);
	if (offset >= CONFIG_AT && offset < TABLE_AT)
		return config_read(virtio, offset - CONFIG_AT, size);
	if (offset >= TABLE_AT && offset < PENDING_AT)
		return msix_table_read(&virtio->msix, offset - TABLE_AT, size);
	return offset == PENDING_AT ? virtio->msix.pending : 0;
}

static void memory_write(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	struct virtio *virtio = device;
	if (offset < COMMON_AT + COMMON_BYTES)
		common_write(virtio, offset, size, value);
	else if (offset >= CONFIG_AT && offset < TABLE_AT)
		config_write(virtio, offset - CONFIG_AT, size, value);
	else if (offset >= TABLE_AT && offset < PENDING_AT)
		msix_table_write(&virtio->msix, offset - TABLE_AT, size, value);
}

/* --- the function --- */

static void add_place(struct virtio *virtio, uint8_t type, uint8_t bar, uint32_t offset, uint32_t length)
{
	uint8_t contents[CAPABILITY_NOTIFY_BYTES] = {0}; /* a notify multiplier of 0: one doorbell for all queues */
	unsigned bytes = type == TYPE_NOTIFY ? CAPABILITY_NOTIFY_BYTES : CAPABILITY_BYTES;
	contents[2] = (uint8_t)bytes;
	contents[3] = type;
	contents[4] = bar;
	put(contents, 8, offset, 4);
	put(contents, 12, length, 4);
	(void)pci_function_capability(&virtio->function, CAPABILITY_VENDOR, bytes, contents, 0);
}

/* Only MSI-X has something to do after a configuration write; while it is on the pin is not used. */
static void changed(void *owner, uint8_t offset, unsigned size)
{
	struct virtio *virtio = owner;
	(void)offset;
	(void)size;
	pci_function_interrupt(&virtio->function, virtio->isr && !msix_enabled(&virtio->msix));
	msix_update(&virtio->msix);
}

void virtio_init(struct virtio *virtio, const struct virtio_type *type, void *model, uint32_t config_bytes,
                 const struct msix_sink *sink)
{
	const struct pci_identity identity = {.vendor = VENDOR,
	                                      .device = device_ids[type->id],
	                                      .subsystem_vendor = VENDOR,
	                                      .subsystem = type->id,
	                                      .class_code = type->class_code,
	                                      .subclass = type->subclass,
	                                      .pin = 1};
	const struct window legacy = {virtio, legacy_read, legacy_write}, memory = {virtio, memory_read, memory_write};
	virtio->type = type;
	virtio->model = model;
	virtio->config_bytes = config_bytes;
	pci_function_init(&virtio->function, &identity);
	pci_function_bar(&virtio->function, 0, PCI_BAR_IO, LEGACY_BYTES, &legacy);
	pci_function_bar(&virtio->function, 1, PCI_BAR_MEMORY, MEMORY_BYTES, &memory);
	add_place(virtio, TYPE_COMMON, 1, COMMON_AT, COMMON_BYTES);
	add_place(virtio, TYPE_ISR, 1, ISR_AT, 4);
	add_place(virtio, TYPE_CONFIG, 1, CONFIG_AT, VIRTIO_CONFIG_BYTES);
	add_place(virtio, TYPE_NOTIFY, 0, LEGACY_NOTIFY, 2);
	msix_init(&virtio->msix, &virtio->function, sink, type->queues + 1u, 1, TABLE_AT, PENDING_AT);
	virtio->function.changed = changed;
	virtio->function.owner = virtio;
	clear(virtio);
}
