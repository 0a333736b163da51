/* SPDX-License-Identifier: ISC */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4). Whole blocks, in place: what the core links. */
#define HASH_BYTES 32u
#define HASH_BLOCK 64u
void hash_begin(uint32_t state[8]);
void hash_blocks(uint32_t state[8], const uint8_t *bytes, uint64_t count);
/* `block` is the padding's last: of a message of whole blocks 80h and zeros. Its end becomes the length. */
void hash_close(uint32_t state[8], uint8_t block[HASH_BLOCK], uint64_t bytes, uint8_t digest[HASH_BYTES]);

/* The same in pieces of any size. */
struct hash {
	uint32_t state[8];
	uint64_t bytes; /* taken so far */
	uint8_t block[HASH_BLOCK];
};
void hash_init(struct hash *hash);
void hash_update(struct hash *hash, const void *bytes, size_t size);
void hash_final(struct hash *hash, uint8_t digest[HASH_BYTES]);

#endif
