/* SPDX-License-Identifier: ISC */
/* The front end of the block protocol with a server that says anything: requests end, and nothing but their bytes changes. */
#include "devices/disk_channel.h"
#include "sdk/message.h"
#include "sdk/mock/mock.h"
#include "tests/fuzz/device_script.h"

#define REQUESTS 4u
static struct disk_channel front;
static struct disk disk;
static struct channel far;
static struct disk_request request[REQUESTS];
static struct disk_piece piece[REQUESTS];
static uint8_t bytes[REQUESTS][40 * DISK_SECTOR];
static bool busy[REQUESTS];

static void done(struct disk_request *ended, enum status status)
{
	unsigned i = (unsigned)(ended - request);

	(void)status;
	MUST(i < REQUESTS && busy[i]);
	busy[i] = false;
}

static void setup(void)
{
	const struct mock_channel wanted = {.name = "disk", .in_bytes = 65536, .out_bytes = 65536};

	mock_reset();
	mock_add_channel(&wanted, &far);
	memset(&front, 0, sizeof(front));
	memset(busy, 0, sizeof(busy));
	disk = (struct disk){0};
	MUST(channel_open(&front.channel, "disk") == OK);
	disk_channel_init(&front, &disk);
}

static void submit(unsigned i, uint32_t what)
{
	if (busy[i])
		return;
	busy[i] = true;
	piece[i] = (struct disk_piece){bytes[i], sizeof(bytes[i])};
	request[i] = (struct disk_request){.operation = what % 3,
	                                   .sector = what % 64,
	                                   .sectors = what % 3 == DISK_FLUSH ? 0 : what % 40 + 1,
	                                   .piece = &piece[i],
	                                   .pieces = 1,
	                                   .done = done};
	disk_submit(&disk, &request[i]);
}

static void answer(struct script *script)
{
	static uint8_t message[BLOCK_MESSAGE_MAX + 64];
	struct block_message head = {.version = take(script, 1) & 7 ? BLOCK_VERSION : 9,
	                             .kind = (uint8_t)(take(script, 1) % 6 | BLOCK_ANSWER),
	                             .status = (uint8_t)(take(script, 1) & 3 ? 0 : 1),
	                             .count = take(script, 1),
	                             .id = take(script, 1),
	                             .sector = take(script, 1)};
	size_t length = take(script, 1) & 1 ? sizeof(head) + head.count * DISK_SECTOR : take(script, 2);

	memcpy(message, &head, sizeof(head));
	queue_send(&far, message, length < sizeof(message) ? length : sizeof(message));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};

	setup();
	while (more(&script)) {
		uint32_t what = take(&script, 1);
		if (what < 100)
			answer(&script);
		else if (what < 160)
			submit(what % REQUESTS, take(&script, 1));
		else if (what < 230)
			disk_channel_poll(&front);
		else if (what < 240)
			mock_restart_peer("disk", &far);
		else
			(void)channel_read(&far, bytes[0], sizeof(bytes[0]));
	}
	mock_reset();
	return 0;
}
