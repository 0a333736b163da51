/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_FW_CFG_H
#define DEVICES_FW_CFG_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/guest_memory.h"

#define FW_CFG_ITEMS 40u
#define FW_CFG_FIRST_FILE 0x20u
#define FW_CFG_FILE_NAME 56u
enum fw_cfg_key {
	FW_CFG_SIGNATURE = 0x00,
	FW_CFG_ID = 0x01,
	FW_CFG_RAM_SIZE = 0x03,
	FW_CFG_NOGRAPHIC = 0x04,
	FW_CFG_CPU_COUNT = 0x05,
	FW_CFG_BOOT_MENU = 0x0e,
	FW_CFG_MAX_CPUS = 0x0f,
	FW_CFG_FILE_DIRECTORY = 0x19,
};

struct fw_cfg_item {
	uint16_t key;
	uint32_t size;
	const uint8_t *bytes;
};
struct fw_cfg_file { /* of the directory: numbers are big-endian */
	uint8_t size[4], key[2], reserved[2];
	char name[FW_CFG_FILE_NAME];
};
/* QEMU's firmware configuration device: what firmware asks about the machine, by number or by file name. */
struct fw_cfg {
	const struct guest_memory *memory;
	/* Told before the first byte of an item is read, so that what depends on the guest's registers is up to date. */
	void (*selected)(void *owner, uint16_t key);
	void *owner;
	struct fw_cfg_item item[FW_CFG_ITEMS];
	uint32_t item_count;
	const struct fw_cfg_item *at; /* selected, 0: no such item */
	uint32_t offset;
	uint64_t dma_address;
	struct {
		uint8_t count[4];
		struct fw_cfg_file file[FW_CFG_ITEMS];
	} directory;
	uint32_t file_count;
};

void fw_cfg_init(struct fw_cfg *fw_cfg, const struct guest_memory *memory);
/* `bytes` stay where they are. false: no room. */
bool fw_cfg_add(struct fw_cfg *fw_cfg, uint16_t key, const void *bytes, uint32_t size);
bool fw_cfg_add_file(struct fw_cfg *fw_cfg, const char *name, const void *bytes, uint32_t size, uint16_t *key);
/* Ports 510-511 and, for DMA, 514-51b. */
enum status fw_cfg_attach(struct fw_cfg *fw_cfg, struct bus *bus);

#endif
