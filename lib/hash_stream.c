/* SPDX-License-Identifier: ISC */
#include "lib/bytes.h"
#include "lib/hash.h"

/* Pieces of any size: gathered into blocks. */
void hash_init(struct hash *hash)
{
	hash_begin(hash->state);
	hash->bytes = 0;
}

void hash_update(struct hash *hash, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;

	while (size) {
		const size_t held = hash->bytes % HASH_BLOCK;
		const size_t part = size < HASH_BLOCK - held ? size : HASH_BLOCK - held;
		memcpy(hash->block + held, from, part);
		hash->bytes += part, from += part, size -= part;
		if (held + part == HASH_BLOCK)
			hash_blocks(hash->state, hash->block, 1);
	}
}

void hash_final(struct hash *hash, uint8_t digest[HASH_BYTES])
{
	const uint64_t bytes = hash->bytes;

	hash_update(hash, "\x80", 1);
	while (hash->bytes % HASH_BLOCK != HASH_BLOCK - sizeof(bytes))
		hash_update(hash, "", 1);
	hash_close(hash->state, hash->block, bytes, digest);
}
