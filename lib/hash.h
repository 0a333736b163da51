/* SPDX-License-Identifier: ISC */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4), in pieces of any size. */
#define HASH_BYTES 32u
struct hash {
	uint32_t state[8];
	uint64_t bytes; /* taken so far */
	uint8_t block[64];
};
void hash_init(struct hash *hash);
void hash_update(struct hash *hash, const void *bytes, size_t size);
void hash_final(struct hash *hash, uint8_t digest[HASH_BYTES]);

#endif
