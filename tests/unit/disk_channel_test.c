/* SPDX-License-Identifier: ISC */
/* The front end of the block protocol against the server, in one process, with restarts of either. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "apps/blockd/blockd.h"
#include "devices/disk_channel.h"
#include "sdk/message.h"
#include "sdk/mock/mock.h"
#include "sdk/mock/state.h"

#define REGION (256u * 1024u)
#define SECTORS ((REGION - BLOCKD_RECORD_BYTES) / 512u)

static uint8_t region[REGION], model[REGION];
static struct blockd blockd;
static struct channel far;
static struct disk_channel front;
static struct disk disk;
static unsigned answers;
static enum status last;

static void done(struct disk_request *request, enum status status)
{
	(void)request;
	answers++;
	last = status;
}

static void open_server(void)
{
	const char *channel;

	memset(&blockd, 0, sizeof(blockd));
	assert_null(blockd_open(&blockd, &channel));
}

static void open_front(void)
{
	memset(&front, 0, sizeof(front));
	disk = (struct disk){0};
	front.channel = far;
	disk_channel_init(&front, &disk);
}

static void start_with(const char *options)
{
	const struct mock_channel wanted = {
	        .name = "a.disk0", .in_bytes = 65536, .out_bytes = 65536, .role = ROLE_BLOCK};

	memset(region, 0, sizeof(region));
	memset(model, 0, sizeof(model));
	mock_reset();
	mock_options(options);
	mock_add_channel(&wanted, &far);
	mock_add_memory("disk", INFO_RAM, region, sizeof(region), 0);
	mock.page.memory[0].rights = INFO_READ | INFO_WRITE;
	answers = 0;
	open_server();
	open_front();
}

/* The server's memory is new but for its region, and the front end learns of it by the epoch. */
static void restart_server(void)
{
	mock.page.info.epoch++;
	mock.far[0].peer_epoch++;
	open_server();
}

static void restart_front(void)
{
	mock_restart_peer("a.disk0", &far);
	open_front();
}

static void run(void)
{
	for (unsigned i = 0; i < 64; i++) {
		while (blockd_step(&blockd))
			;
		disk_channel_poll(&front);
	}
}

static struct disk_request request_of(enum disk_operation operation, uint64_t sector, uint32_t sectors,
                                      const struct disk_piece *piece)
{
	return (struct disk_request){.operation = operation,
	                             .sector = sector,
	                             .sectors = sectors,
	                             .piece = piece,
	                             .pieces = piece ? 1 : 0,
	                             .done = done};
}

static void hello_tells_the_disk(void **state)
{
	(void)state;
	start_with("");
	assert_false(disk_channel_ready(&front));
	run();
	assert_true(disk_channel_ready(&front));
	assert_int_equal(disk.sectors, SECTORS);
	start_with("a.disk0=disk:8K:64K:ro");
	run();
	assert_int_equal(disk.sectors, 128);
	assert_true(disk.read_only);
}

static void a_large_request_goes_in_several_messages(void **state)
{
	static uint8_t bytes[200 * 512], back[200 * 512];
	struct disk_piece piece = {bytes, sizeof(bytes)}, other = {back, sizeof(back)};
	struct disk_request write = request_of(DISK_WRITE, 3, 200, &piece), flush = request_of(DISK_FLUSH, 0, 0, 0),
	                    read = request_of(DISK_READ, 3, 200, &other);

	(void)state;
	start_with("");
	run();
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31 + i / 512);
	disk_submit(&disk, &write);
	disk_submit(&disk, &flush);
	disk_submit(&disk, &read);
	assert_int_equal(answers, 0);
	run();
	assert_int_equal(answers, 3);
	assert_int_equal(last, OK);
	assert_memory_equal(region + 3 * 512, bytes, sizeof(bytes));
	assert_memory_equal(back, bytes, sizeof(bytes));
}

static void refusals_of_the_server_reach_the_request(void **state)
{
	static uint8_t bytes[512];
	struct disk_piece piece = {bytes, sizeof(bytes)};
	struct disk_request write = request_of(DISK_WRITE, 0, 1, &piece);

	(void)state;
	start_with("a.disk0=disk:ro");
	run();
	disk.read_only = false; /* a front end that does not care */
	disk_submit(&disk, &write);
	run();
	assert_int_equal(answers, 1);
	assert_int_equal(last, ERR_RIGHT);
}

static void a_write_whose_answer_was_lost_is_not_done_again(void **state)
{
	static uint8_t bytes[512];
	struct disk_piece piece = {bytes, sizeof(bytes)};
	struct disk_request write = request_of(DISK_WRITE, 9, 1, &piece);

	(void)state;
	start_with("");
	run();
	memset(bytes, 1, sizeof(bytes));
	disk_submit(&disk, &write);
	assert_true(blockd_step(&blockd)); /* done, and the answer stays in the ring */
	assert_int_equal(region[9 * 512], 1);
	memset(region + 9 * 512, 2, 512); /* another front end's write after it */
	restart_server();
	run();
	assert_int_equal(answers, 1);
	assert_int_equal(last, OK);
	assert_int_equal(region[9 * 512], 2);
}

static void a_write_that_the_server_never_saw_is_repeated_with_its_first_content(void **state)
{
	static uint8_t bytes[512];
	struct disk_piece piece = {bytes, sizeof(bytes)};
	struct disk_request write = request_of(DISK_WRITE, 9, 1, &piece);

	(void)state;
	start_with("");
	run();
	memset(bytes, 1, sizeof(bytes));
	disk_submit(&disk, &write);
	memset(bytes, 7, sizeof(bytes)); /* the guest changes its buffer under way */
	restart_server();
	run();
	assert_int_equal(answers, 1);
	assert_int_equal(region[9 * 512], 1);
}

static void a_request_of_an_ended_life_is_not_answered_to_the_next(void **state)
{
	static uint8_t bytes[512], back[512];
	struct disk_piece piece = {bytes, sizeof(bytes)}, other = {back, sizeof(back)};
	struct disk_request old = request_of(DISK_READ, 1, 1, &piece), new = request_of(DISK_READ, 2, 1, &other);

	(void)state;
	start_with("");
	memset(region + 512, 0x11, 512);
	memset(region + 1024, 0x22, 512);
	run();
	disk_submit(&disk, &old);
	restart_front();
	run();
	disk_submit(&disk, &new);
	run();
	assert_int_equal(answers, 1);
	assert_int_equal(back[0], 0x22);
	assert_int_equal(bytes[0], 0);
}

static void the_writes_of_a_new_life_are_done_though_their_ids_are_old(void **state)
{
	static uint8_t bytes[512];
	struct disk_piece piece = {bytes, sizeof(bytes)};
	struct disk_request write[3];

	(void)state;
	start_with("");
	run();
	for (unsigned i = 0; i < 3; i++) {
		write[i] = request_of(DISK_WRITE, 0, 1, &piece);
		disk_submit(&disk, &write[i]);
	}
	run();
	restart_front();
	run();
	memset(bytes, 9, sizeof(bytes));
	write[0] = request_of(DISK_WRITE, 0, 1, &piece);
	disk_submit(&disk, &write[0]);
	run();
	assert_int_equal(answers, 4);
	assert_int_equal(region[0], 9);
}

static void a_server_that_comes_back_with_another_size_fails_everything(void **state)
{
	static uint8_t bytes[512];
	struct disk_piece piece = {bytes, sizeof(bytes)};
	struct disk_request read = request_of(DISK_READ, 0, 1, &piece);

	(void)state;
	start_with("");
	run();
	disk_submit(&disk, &read);
	mock_options("a.disk0=disk:0:8K");
	restart_server();
	run();
	assert_int_equal(answers, 1);
	assert_int_equal(last, ERR_CORRUPT);
	disk_submit(&disk, &read);
	assert_int_equal(answers, 2);
}

/* Many writes, some underway at any time, and restarts at any point between two messages. */
#define UNDERWAY 6u
static struct disk_request many[UNDERWAY];
static struct disk_piece many_piece[UNDERWAY];
static uint8_t many_bytes[UNDERWAY][70 * 512];
static bool busy[UNDERWAY];

static void many_done(struct disk_request *request, enum status status)
{
	unsigned i = (unsigned)(request - many);

	assert_int_equal(status, OK);
	assert_true(busy[i]);
	busy[i] = false;
	answers++;
}

static void submit_random(unsigned i, unsigned number)
{
	uint32_t sectors = 1 + (uint32_t)rand() % 70, sector = (uint32_t)rand() % (SECTORS - sectors);

	memset(many_bytes[i], (int)(number % 251 + 1), sectors * 512);
	memset(model + sector * 512, (int)(number % 251 + 1), sectors * 512);
	many_piece[i] = (struct disk_piece){many_bytes[i], sectors * 512};
	many[i] = request_of(DISK_WRITE, sector, sectors, &many_piece[i]);
	many[i].done = many_done;
	busy[i] = true;
	disk_submit(&disk, &many[i]);
}

static void nothing_is_lost_or_reordered_over_many_restarts_of_the_server(void **state)
{
	unsigned submitted = 0, restarts = 0;

	(void)state;
	start_with("");
	run();
	srand(7);
	while (submitted < 2000) {
		unsigned i = (unsigned)rand() % UNDERWAY, what = (unsigned)rand() % 16;
		if (!busy[i])
			submit_random(i, submitted++);
		if (what < 10)
			blockd_step(&blockd);
		if (what < 6)
			disk_channel_poll(&front);
		if (what == 15 && ++restarts)
			restart_server();
	}
	run();
	assert_int_equal(answers, submitted);
	assert_true(restarts > 100);
	assert_memory_equal(region, model, SECTORS * 512);
}

static void a_server_that_lies_fails_requests_and_nothing_else(void **state)
{
	static uint8_t bytes[512];
	struct disk_piece piece = {bytes, sizeof(bytes)};
	struct disk_request read = request_of(DISK_READ, 0, 1, &piece);
	struct channel near;

	(void)state;
	start_with("");
	run();
	near = blockd.export[0].channel;
	disk_submit(&disk, &read);
	struct block_message lies[] = {
	        {.version = BLOCK_VERSION, .kind = BLOCK_READ | BLOCK_ANSWER, .id = 77},
	        {.version = BLOCK_VERSION, .kind = BLOCK_WRITE | BLOCK_ANSWER, .id = 1},
	        {.version = BLOCK_VERSION, .kind = 0x33, .id = 1, .count = ~0u},
	        {.version = BLOCK_VERSION, .kind = BLOCK_READ | BLOCK_ANSWER, .id = 1, .count = 5}, /* and no data */
	};
	for (unsigned i = 0; i < 4; i++)
		queue_send(&near, &lies[i], sizeof(lies[i]));
	disk_channel_poll(&front);
	assert_int_equal(answers, 1);
	assert_int_equal(last, ERR_CORRUPT);
	queue_send(&near, "short", 5);
	disk_submit(&disk, &read);
	disk_channel_poll(&front);
	assert_int_equal(answers, 2);
	assert_true(front.broken);
}

static void a_front_end_that_lies_is_answered_with_refusals(void **state)
{
	static const struct block_message lies[] = {
	        {.version = BLOCK_VERSION, .kind = BLOCK_READ, .id = 1, .count = BLOCK_SECTORS_MAX + 1},
	        {.version = BLOCK_VERSION, .kind = BLOCK_READ, .id = 2, .count = 1, .sector = UINT64_MAX},
	        {.version = BLOCK_VERSION, .kind = BLOCK_READ, .id = 3},
	        {.version = BLOCK_VERSION, .kind = BLOCK_WRITE, .id = 4, .count = 4},
	        {.version = BLOCK_VERSION, .kind = 99, .id = 5},
	        {.version = 9, .kind = BLOCK_READ, .id = 6, .count = 1},
	};
	struct block_message answer;
	size_t length;

	(void)state;
	start_with("");
	run();
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(queue_send(&front.channel, &lies[i], sizeof(lies[i])), OK);
	while (blockd_step(&blockd))
		;
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(queue_receive(&front.channel, &answer, sizeof(answer), &length, 0), OK);
		assert_int_equal(answer.id, i + 1);
		assert_true(answer.status == BLOCK_RANGE || answer.status == BLOCK_UNKNOWN);
	}
	for (unsigned i = 0; i < REGION - BLOCKD_RECORD_BYTES; i++)
		assert_int_equal(region[i], 0);
}

static void wrong_options_are_refused_with_a_reason(void **state)
{
	static const char *const wrong[] = {"a.disk0=other",     "a.disk0=disk:1:512",   "a.disk0=disk:0:1G",
	                                    "a.disk0=disk:x:1K", "a.disk0=disk:0:4K:rw", "a.disk0=disk:4K",
	                                    "a.disk0=disk:0:0"};
	const char *channel;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		start_with("");
		mock_options(wrong[i]);
		memset(&blockd, 0, sizeof(blockd));
		assert_non_null(blockd_open(&blockd, &channel));
		assert_string_equal(channel, "a.disk0");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(hello_tells_the_disk),
	        cmocka_unit_test(a_large_request_goes_in_several_messages),
	        cmocka_unit_test(refusals_of_the_server_reach_the_request),
	        cmocka_unit_test(a_write_whose_answer_was_lost_is_not_done_again),
	        cmocka_unit_test(a_write_that_the_server_never_saw_is_repeated_with_its_first_content),
	        cmocka_unit_test(a_request_of_an_ended_life_is_not_answered_to_the_next),
	        cmocka_unit_test(the_writes_of_a_new_life_are_done_though_their_ids_are_old),
	        cmocka_unit_test(a_server_that_comes_back_with_another_size_fails_everything),
	        cmocka_unit_test(nothing_is_lost_or_reordered_over_many_restarts_of_the_server),
	        cmocka_unit_test(a_server_that_lies_fails_requests_and_nothing_else),
	        cmocka_unit_test(a_front_end_that_lies_is_answered_with_refusals),
	        cmocka_unit_test(wrong_options_are_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
