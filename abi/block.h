/* SPDX-License-Identifier: ISC */
#ifndef ABI_BLOCK_H
#define ABI_BLOCK_H

#include <stdint.h>

/*
 * A disk served over a duplex channel: messages of lib/port.h, a header and then the sectors' bytes. The front end asks,
 * the server answers each message once, in the order it was asked, with the same id and BLOCK_ANSWER in the kind.
 *
 * Exactly once, across a restart of either end: the front end numbers its requests 1, 2, ... in each of its lives and
 * keeps a copy of what has no answer. When the server's epoch changes, it says hello again and then repeats those
 * requests, same ids, same bytes, in order. The server does requests in order and remembers, where its own restart does
 * not reach, the last write of each front end that it has done (and of which life): one with that id or a lower one is
 * answered without being done again. What comes before hello in a life of either end is dropped without an answer:
 * it was meant for, or comes from, a life that has ended.
 */
#define BLOCK_VERSION 1u
#define BLOCK_SECTOR 512u
#define BLOCK_SECTORS_MAX 32u /* in one message: 16 KiB */

enum block_kind {
	BLOCK_HELLO = 1, /* first after each restart of either end; the answer tells the disk: see below */
	BLOCK_READ = 2,
	BLOCK_WRITE = 3,
	BLOCK_FLUSH = 4, /* all writes before it are where the server keeps them */
};
#define BLOCK_ANSWER 0x80u

enum block_status {
	BLOCK_OK = 0,
	BLOCK_ERROR = 1,     /* the medium */
	BLOCK_RANGE = 2,     /* beyond its end, or too many sectors, or not as many bytes as sectors say */
	BLOCK_READ_ONLY = 3, /* a write to a read-only disk */
	BLOCK_UNKNOWN = 4,   /* a kind or version that the server does not know */
};
#define BLOCK_FLAG_READ_ONLY 1u

struct block_message {
	uint16_t version;
	uint8_t kind, status; /* enum block_kind, answers: | BLOCK_ANSWER; enum block_status */
	uint32_t count; /* READ, WRITE: sectors, 1..BLOCK_SECTORS_MAX; answer to HELLO: most of them in a message */
	uint64_t id;
	uint64_t sector; /* READ, WRITE: the first; answer to HELLO: sectors of the disk */
	uint32_t flags;  /* answer to HELLO: BLOCK_FLAG_* */
	uint32_t reserved;
	/* WRITE, and answers BLOCK_OK to READ: count * 512 bytes */
};
_Static_assert(sizeof(struct block_message) == 32, "fixed layout");
#define BLOCK_MESSAGE_MAX (sizeof(struct block_message) + BLOCK_SECTORS_MAX * BLOCK_SECTOR)

#endif
