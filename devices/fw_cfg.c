/* SPDX-License-Identifier: ISC */
/*
 * QEMU's firmware configuration device, in its I/O-port form. An item is bytes that somebody else owns; reading goes on
 * from an offset, beyond the end there are zeroes. The DMA form does the same for a whole piece, in guest RAM only.
 *
 * Left out: writing to items (an error by DMA, ignored by port), the interface's older write channel.
 * Specification: QEMU docs/specs/fw_cfg.rst.
 */
#include "devices/fw_cfg.h"

enum { ID_TRADITIONAL = 1, ID_DMA = 2 };
enum { DMA_ERROR = 1, DMA_READ = 2, DMA_SKIP = 4, DMA_SELECT = 8, DMA_WRITE = 16, DMA_BYTES = 16 };
#define DMA_SIGNATURE_HIGH 0x51454d55u /* "QEMU CFG" */
#define DMA_SIGNATURE_LOW 0x20434647u
#define DMA_LIMIT (UINT32_C(16) << 20)

static void put_big(uint8_t *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static uint64_t get_big(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

static void select_item(struct fw_cfg *fw_cfg, uint16_t key)
{
	fw_cfg->at = 0;
	fw_cfg->offset = 0;
	if (fw_cfg->selected)
		fw_cfg->selected(fw_cfg->owner, key);
	for (uint32_t i = 0; i < fw_cfg->item_count; i++)
		if (fw_cfg->item[i].key == key)
			fw_cfg->at = &fw_cfg->item[i];
}

/* Bytes of the selected item that are left. */
static uint32_t left(const struct fw_cfg *fw_cfg)
{
	return fw_cfg->at && fw_cfg->offset < fw_cfg->at->size ? fw_cfg->at->size - fw_cfg->offset : 0;
}

static uint8_t next_byte(struct fw_cfg *fw_cfg)
{
	return left(fw_cfg) ? fw_cfg->at->bytes[fw_cfg->offset++] : 0;
}

static void skip(struct fw_cfg *fw_cfg, uint32_t length)
{
	fw_cfg->offset += length < left(fw_cfg) ? length : left(fw_cfg);
}

static bool transfer(struct fw_cfg *fw_cfg, uint64_t gpa, uint32_t length)
{
	uint32_t there = length < left(fw_cfg) ? length : left(fw_cfg);
	if (length > DMA_LIMIT || !guest_memory_fill(fw_cfg->memory, gpa, 0, length))
		return false;
	if (there)
		(void)guest_memory_write(fw_cfg->memory, gpa, fw_cfg->at->bytes + fw_cfg->offset, there);
	fw_cfg->offset += there;
	return true;
}

static void dma(struct fw_cfg *fw_cfg)
{
	uint8_t request[DMA_BYTES], answer[4];
	if (!guest_memory_read(fw_cfg->memory, fw_cfg->dma_address, request, sizeof request))
		return;
	uint32_t control = (uint32_t)get_big(request, 4), length = (uint32_t)get_big(request + 4, 4);
	bool good = !(control & DMA_WRITE);
	if (control & DMA_SELECT)
		select_item(fw_cfg, (uint16_t)(control >> 16));
	if (control & DMA_READ)
		good = good && transfer(fw_cfg, get_big(request + 8, 8), length);
	else if (control & DMA_SKIP)
		skip(fw_cfg, length);
	put_big(answer, good ? 0 : DMA_ERROR, 4);
	(void)guest_memory_write(fw_cfg->memory, fw_cfg->dma_address, answer, sizeof answer);
}

static uint32_t port_read(void *owner, uint16_t offset, unsigned size)
{
	(void)size;
	return offset == 1 ? next_byte(owner) : 0;
}

static void port_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	if (offset == 0 && size == 2)
		select_item(owner, (uint16_t)value);
}

/* The signature, big-endian, in accesses of any size. */
static uint32_t dma_read(void *owner, uint16_t offset, unsigned size)
{
	uint8_t bytes[8];
	uint32_t value = 0;
	(void)owner;
	put_big(bytes, (uint64_t)DMA_SIGNATURE_HIGH << 32 | DMA_SIGNATURE_LOW, 8);
	for (unsigned i = 0; i < size; i++)
		value |= (uint32_t)bytes[(offset + i) & 7] << 8 * i;
	return value;
}

/* The address comes as two big-endian halves; the lower one starts it. */
static void dma_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct fw_cfg *fw_cfg = owner;
	if (size != 4)
		return;
	if (offset == 0) {
		fw_cfg->dma_address = (uint64_t)__builtin_bswap32(value) << 32;
	} else {
		fw_cfg->dma_address |= __builtin_bswap32(value);
		dma(fw_cfg);
		fw_cfg->dma_address = 0;
	}
}

bool fw_cfg_add(struct fw_cfg *fw_cfg, uint16_t key, const void *bytes, uint32_t size)
{
	if (fw_cfg->item_count == FW_CFG_ITEMS)
		return false;
	fw_cfg->item[fw_cfg->item_count++] = (struct fw_cfg_item){key, size, bytes};
	return true;
}

bool fw_cfg_add_file(struct fw_cfg *fw_cfg, const char *name, const void *bytes, uint32_t size, uint16_t *key)
{
	uint16_t number = (uint16_t)(FW_CFG_FIRST_FILE + fw_cfg->file_count);
	if (!fw_cfg_add(fw_cfg, number, bytes, size))
		return false;
	struct fw_cfg_file *file = &fw_cfg->directory.file[fw_cfg->file_count++];
	put_big(file->size, size, 4);
	put_big(file->key, number, 2);
	for (unsigned i = 0; i + 1 < FW_CFG_FILE_NAME && name[i]; i++)
		file->name[i] = name[i];
	put_big(fw_cfg->directory.count, fw_cfg->file_count, 4);
	if (key)
		*key = number;
	return true;
}

void fw_cfg_init(struct fw_cfg *fw_cfg, const struct guest_memory *memory)
{
	static const uint8_t id[4] = {ID_TRADITIONAL | ID_DMA};
	*fw_cfg = (struct fw_cfg){.memory = memory};
	(void)fw_cfg_add(fw_cfg, FW_CFG_SIGNATURE, "QEMU", 4);
	(void)fw_cfg_add(fw_cfg, FW_CFG_ID, id, sizeof id);
	(void)fw_cfg_add(fw_cfg, FW_CFG_FILE_DIRECTORY, &fw_cfg->directory, sizeof fw_cfg->directory);
}

enum status fw_cfg_attach(struct fw_cfg *fw_cfg, struct bus *bus)
{
	enum status status = bus_add(bus, &(struct bus_range){0x510, 2, fw_cfg, port_read, port_write, 2});
	return status ? status : bus_add(bus, &(struct bus_range){0x514, 8, fw_cfg, dma_read, dma_write, 4});
}
