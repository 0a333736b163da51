/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "devices/disk_memory.h"

#define IMAGE 20480u /* five blocks */

static uint8_t image[IMAGE], overlay[4 * 4096] __attribute__((aligned(4096))), buffer[IMAGE];
static struct disk_memory memory;
static struct disk disk;
static unsigned answers;
static enum status last;

static void done(struct disk_request *request, enum status status)
{
	(void)request;
	answers++;
	last = status;
}

static enum status ask(enum disk_operation operation, uint64_t sector, uint32_t sectors, const struct disk_piece *piece,
                       unsigned pieces)
{
	struct disk_request request = {.operation = operation,
	                               .sector = sector,
	                               .sectors = sectors,
	                               .piece = piece,
	                               .pieces = pieces,
	                               .done = done};
	unsigned before = answers;

	disk_submit(&disk, &request);
	assert_int_equal(answers, before + 1);
	return last;
}

static enum status plain(enum disk_operation operation, uint64_t sector, uint32_t sectors)
{
	return ask(operation, sector, sectors, &(struct disk_piece){buffer, sectors * DISK_SECTOR}, 1);
}

static int fresh(void **state)
{
	(void)state;
	for (unsigned i = 0; i < IMAGE; i++)
		image[i] = (uint8_t)(i / 512 + i);
	memset(overlay, 0, sizeof(overlay));
	memset(buffer, 0, sizeof(buffer));
	disk = (struct disk){0};
	disk_memory_init(&memory, &disk, image, IMAGE, true);
	return 0;
}

static void reads_sectors_into_pieces_of_any_length(void **state)
{
	const struct disk_piece piece[] = {{buffer, 2}, {buffer + 2, 0}, {buffer + 2, 700}, {buffer + 702, 322}};

	(void)state;
	assert_int_equal(disk.sectors, IMAGE / 512);
	assert_int_equal(ask(DISK_READ, 7, 2, piece, 4), OK);
	assert_memory_equal(buffer, image + 7 * 512, 1024);
	assert_int_equal(buffer[1024], 0);
}

static void refuses_what_lies_beyond_the_end(void **state)
{
	(void)state;
	assert_int_equal(plain(DISK_READ, 39, 1), OK);
	assert_int_equal(plain(DISK_READ, 39, 2), ERR_RANGE);
	assert_int_equal(plain(DISK_READ, 40, 1), ERR_RANGE);
	assert_int_equal(plain(DISK_READ, UINT64_MAX, 2), ERR_RANGE);
	assert_int_equal(plain(DISK_READ, 1, 40), ERR_RANGE);
}

static void a_read_only_disk_is_not_written(void **state)
{
	(void)state;
	assert_int_equal(plain(DISK_WRITE, 0, 1), ERR_RIGHT);
	assert_int_equal(image[0], 0);
	assert_int_equal(plain(DISK_FLUSH, 0, 0), OK);
}

static void memory_is_written_in_place(void **state)
{
	(void)state;
	disk_memory_init(&memory, &disk, image, IMAGE, false);
	memset(buffer, 0xaa, 1024);
	assert_int_equal(plain(DISK_WRITE, 3, 2), OK);
	assert_memory_equal(image + 3 * 512, buffer, 1024);
}

static void an_overlay_keeps_the_writes_and_the_image_stays(void **state)
{
	uint8_t before[IMAGE];

	(void)state;
	memcpy(before, image, IMAGE);
	assert_int_equal(disk_memory_overlay(&memory, &disk, overlay, sizeof(overlay)), OK);
	memset(buffer, 0x55, 512 * 3);
	assert_int_equal(plain(DISK_WRITE, 7, 2), OK); /* the end of a block and the start of the next */
	assert_memory_equal(image, before, IMAGE);
	memcpy(before + 7 * 512, buffer, 1024);
	assert_int_equal(plain(DISK_READ, 0, IMAGE / 512), OK);
	assert_memory_equal(buffer, before, IMAGE);
}

static void a_full_overlay_fails_new_blocks_and_serves_the_others(void **state)
{
	(void)state;
	assert_int_equal(disk_memory_overlay(&memory, &disk, overlay, sizeof(overlay)), OK); /* three blocks */
	assert_int_equal(plain(DISK_WRITE, 0, 24), OK);
	assert_int_equal(plain(DISK_WRITE, 24, 1), ERR_FULL);
	assert_int_equal(plain(DISK_WRITE, 23, 1), OK);
	assert_int_equal(plain(DISK_READ, 24, 1), OK);
	assert_memory_equal(buffer, image + 24 * 512, 512);
}

static void an_overlay_without_room_for_a_block_is_refused(void **state)
{
	(void)state;
	assert_int_equal(disk_memory_overlay(&memory, &disk, overlay, 4096), ERR_RANGE);
	assert_true(disk.read_only);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(reads_sectors_into_pieces_of_any_length, fresh),
	        cmocka_unit_test_setup(refuses_what_lies_beyond_the_end, fresh),
	        cmocka_unit_test_setup(a_read_only_disk_is_not_written, fresh),
	        cmocka_unit_test_setup(memory_is_written_in_place, fresh),
	        cmocka_unit_test_setup(an_overlay_keeps_the_writes_and_the_image_stays, fresh),
	        cmocka_unit_test_setup(a_full_overlay_fails_new_blocks_and_serves_the_others, fresh),
	        cmocka_unit_test_setup(an_overlay_without_room_for_a_block_is_refused, fresh),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
