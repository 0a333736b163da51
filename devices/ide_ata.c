/* SPDX-License-Identifier: ISC */
/* Commands of a disk: one table row each. Sectors move by PIO in blocks of one sector or of a multiple, or by DMA. */
#include "devices/ide.h"

enum { LBA = 0x40 };
enum { MULTIPLE_MOST = IDE_BUFFER / DISK_SECTOR };

/* --- addresses --- */

static uint32_t count_of(const struct ide_drive *drive, bool ext)
{
	uint32_t count = drive->count[0];
	if (ext)
		count |= (uint32_t)drive->count[1] << 8;
	return count ? count : ext ? 65536 : 256;
}

/* The first sector, or UINT64_MAX for a place that no geometry has. */
static uint64_t sector_of(const struct ide_channel *channel, const struct ide_drive *drive, bool ext)
{
	uint64_t low = drive->low[0] | (uint64_t)drive->mid[0] << 8 | (uint64_t)drive->high[0] << 16;
	if (ext)
		return low | (uint64_t)drive->low[1] << 24 | (uint64_t)drive->mid[1] << 32 |
		       (uint64_t)drive->high[1] << 40;
	if (channel->device & LBA)
		return low | (uint64_t)(channel->device & 15) << 24;
	uint64_t cylinder = drive->mid[0] | (uint64_t)drive->high[0] << 8;
	if (!drive->low[0] || drive->low[0] > drive->sectors_per_track || (channel->device & 15) >= drive->heads)
		return UINT64_MAX;
	return (cylinder * drive->heads + (channel->device & 15)) * drive->sectors_per_track + drive->low[0] - 1;
}

/* Sets what the command is about; false, and the command has ended, if it is not all on the disk. */
static bool locate(struct ide_channel *channel, bool ext)
{
	const struct ide_drive *drive = ide_selected(channel);
	channel->sector = sector_of(channel, drive, ext);
	channel->left = count_of(drive, ext);
	if (channel->sector <= drive->disk->sectors && channel->left <= drive->disk->sectors - channel->sector)
		return true;
	channel->left = 0;
	ide_complete(channel, IDE_IDNF);
	return false;
}

/* --- PIO --- */

static void in_ready(struct ide_channel *channel)
{
	if (channel->answer) {
		ide_complete(channel, IDE_UNC);
		return;
	}
	channel->at = 0;
	ide_offer(channel, IDE_PIO_IN, channel->request.sectors * DISK_SECTOR, true);
}

static uint32_t block_of(const struct ide_channel *channel)
{
	return channel->left < channel->block ? channel->left : channel->block;
}

static void in_start(struct ide_channel *channel)
{
	ide_request(channel, DISK_READ, block_of(channel), in_ready);
}

static void out_offer(struct ide_channel *channel, bool interrupt)
{
	channel->at = 0;
	ide_offer(channel, IDE_PIO_OUT, block_of(channel) * DISK_SECTOR, interrupt);
}

static void out_ready(struct ide_channel *channel)
{
	uint32_t sectors = channel->request.sectors;
	if (channel->answer) {
		ide_complete(channel, channel->answer == ERR_RIGHT ? IDE_ABRT : IDE_UNC);
		return;
	}
	channel->sector += sectors;
	channel->left -= sectors;
	if (channel->left)
		out_offer(channel, true);
	else
		ide_complete(channel, 0);
}

void ide_ata_next(struct ide_channel *channel)
{
	if (channel->phase == IDE_PIO_OUT) {
		ide_request(channel, DISK_WRITE, channel->drq / DISK_SECTOR, out_ready);
		return;
	}
	uint32_t sectors = channel->drq / DISK_SECTOR; /* 0 left: it was an IDENTIFY page */
	channel->sector += channel->left ? sectors : 0;
	channel->left -= channel->left ? sectors : 0;
	if (channel->left) {
		in_start(channel);
		return;
	}
	channel->phase = IDE_IDLE;
	ide_selected(channel)->status = IDE_DRDY | IDE_DSC;
}

static void transfer(struct ide_channel *channel, bool write, bool ext, uint32_t block)
{
	channel->write = write;
	channel->block = block;
	if (!locate(channel, ext))
		return;
	if (write)
		out_offer(channel, false);
	else
		in_start(channel);
}

/* --- commands --- */

static void abort_command(struct ide_channel *channel, bool ext)
{
	(void)ext;
	ide_complete(channel, IDE_ABRT);
}

static void nothing(struct ide_channel *channel, bool ext)
{
	(void)ext;
	ide_complete(channel, 0);
}

static void read_sectors(struct ide_channel *channel, bool ext)
{
	transfer(channel, false, ext, 1);
}

static void write_sectors(struct ide_channel *channel, bool ext)
{
	transfer(channel, true, ext, 1);
}

static void read_multiple(struct ide_channel *channel, bool ext)
{
	if (ide_selected(channel)->multiple)
		transfer(channel, false, ext, ide_selected(channel)->multiple);
	else
		ide_complete(channel, IDE_ABRT);
}

static void write_multiple(struct ide_channel *channel, bool ext)
{
	if (ide_selected(channel)->multiple)
		transfer(channel, true, ext, ide_selected(channel)->multiple);
	else
		ide_complete(channel, IDE_ABRT);
}

static void read_dma(struct ide_channel *channel, bool ext)
{
	channel->write = false;
	if (locate(channel, ext))
		ide_dma(channel);
}

static void write_dma(struct ide_channel *channel, bool ext)
{
	channel->write = true;
	if (locate(channel, ext))
		ide_dma(channel);
}

static void verify(struct ide_channel *channel, bool ext)
{
	if (!locate(channel, ext))
		return;
	channel->left = 0;
	ide_complete(channel, 0);
}

static void flushed(struct ide_channel *channel)
{
	ide_complete(channel, channel->answer ? IDE_ABRT : 0);
}

static void flush(struct ide_channel *channel, bool ext)
{
	(void)ext;
	channel->sector = 0;
	ide_request(channel, DISK_FLUSH, 0, flushed);
}

static void identify(struct ide_channel *channel, bool ext)
{
	(void)ext;
	ide_identify(ide_selected(channel), channel->buffer);
	ide_offer(channel, IDE_PIO_IN, DISK_SECTOR, true);
}

static void set_multiple(struct ide_channel *channel, bool ext)
{
	struct ide_drive *drive = ide_selected(channel);
	uint8_t count = drive->count[0];
	(void)ext;
	if (count > MULTIPLE_MOST || (count & (count - 1))) {
		ide_complete(channel, IDE_ABRT);
		return;
	}
	drive->multiple = count;
	ide_complete(channel, 0);
}

static void set_geometry(struct ide_channel *channel, bool ext)
{
	struct ide_drive *drive = ide_selected(channel);
	(void)ext;
	if (!drive->count[0]) {
		ide_complete(channel, IDE_ABRT);
		return;
	}
	drive->heads = (uint8_t)((channel->device & 15) + 1);
	drive->sectors_per_track = drive->count[0];
	ide_complete(channel, 0);
}

static bool is_mode(uint8_t mode)
{
	return mode <= 1 || (mode >= 0x08 && mode <= 0x0c) || (mode >= 0x20 && mode <= 0x22);
}

static void set_features(struct ide_channel *channel, bool ext)
{
	struct ide_drive *drive = ide_selected(channel);
	uint8_t feature = drive->feature[0], mode = drive->count[0];
	bool known = feature == 0x02 || feature == 0x82 || feature == 0x55 || feature == 0xaa || feature == 0x66 ||
	             feature == 0xcc || (feature == 0x03 && is_mode(mode));
	(void)ext;
	if (feature == 0x03 && known)
		drive->mode = mode;
	if (feature == 0x02 || feature == 0x82)
		drive->write_cache = feature == 0x02;
	ide_complete(channel, known ? 0 : IDE_ABRT);
}

/* It never sleeps: "active or idle". */
static void check_power(struct ide_channel *channel, bool ext)
{
	(void)ext;
	ide_selected(channel)->count[0] = 0xff;
	ide_complete(channel, 0);
}

static void native_max(struct ide_channel *channel, bool ext)
{
	struct ide_drive *drive = ide_selected(channel);
	uint64_t last = drive->disk->sectors - 1;
	if (!ext && last > 0xfffffff)
		last = 0xfffffff;
	drive->low[0] = (uint8_t)last;
	drive->mid[0] = (uint8_t)(last >> 8);
	drive->high[0] = (uint8_t)(last >> 16);
	drive->low[1] = (uint8_t)(last >> 24);
	drive->mid[1] = (uint8_t)(last >> 32);
	drive->high[1] = (uint8_t)(last >> 40);
	if (!ext)
		channel->device = (uint8_t)((channel->device & 0xf0) | (last >> 24 & 15));
	ide_complete(channel, 0);
}

/* Both drives do it; drive 0 answers for both. */
static void diagnose(struct ide_channel *channel, bool ext)
{
	(void)ext;
	for (unsigned i = 0; i < 2; i++)
		ide_signature(&channel->drive[i]);
	channel->device = 0;
	channel->phase = IDE_IDLE;
	ide_raise(channel);
}

#define EXT 1u
static const struct {
	void (*run)(struct ide_channel *channel, bool ext);
	uint8_t flags;
} commands[256] = {
        [0x20] = {read_sectors, 0},   [0x21] = {read_sectors, 0},     [0x24] = {read_sectors, EXT},
        [0x25] = {read_dma, EXT},     [0x27] = {native_max, EXT},     [0x29] = {read_multiple, EXT},
        [0x30] = {write_sectors, 0},  [0x31] = {write_sectors, 0},    [0x34] = {write_sectors, EXT},
        [0x35] = {write_dma, EXT},    [0x39] = {write_multiple, EXT}, [0x40] = {verify, 0},
        [0x41] = {verify, 0},         [0x42] = {verify, EXT},         [0x70] = {nothing, 0},
        [0x90] = {diagnose, 0},       [0x91] = {set_geometry, 0},     [0xc4] = {read_multiple, 0},
        [0xc5] = {write_multiple, 0}, [0xc6] = {set_multiple, 0},     [0xc8] = {read_dma, 0},
        [0xc9] = {read_dma, 0},       [0xca] = {write_dma, 0},        [0xcb] = {write_dma, 0},
        [0xe0] = {nothing, 0},        [0xe1] = {nothing, 0},          [0xe2] = {nothing, 0},
        [0xe3] = {nothing, 0},        [0xe5] = {check_power, 0},      [0xe6] = {nothing, 0},
        [0xe7] = {flush, 0},          [0xea] = {flush, EXT},          [0xec] = {identify, 0},
        [0xef] = {set_features, 0},   [0xf8] = {native_max, 0},
};

void ide_ata_command(struct ide_channel *channel, uint8_t command)
{
	if (command >> 4 == 1) /* RECALIBRATE in its 16 forms */
		nothing(channel, false);
	else if (commands[command].run)
		commands[command].run(channel, commands[command].flags & EXT);
	else
		abort_command(channel, false);
}
