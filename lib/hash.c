/* SPDX-License-Identifier: ISC */
#include "lib/hash.h"
#include "lib/bytes.h"

/*
 * SHA-256 as FIPS 180-4 section 6.2 states it. The message schedule is kept as a window of 16 words, rolled forward in
 * place. Words are swapped: every machine of ours is little-endian.
 */
static const uint32_t constants[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned count)
{
	return word >> count | word << (32 - count);
}

static uint32_t big_endian(const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return __builtin_bswap32(word);
}

static void schedule_roll(uint32_t w[16], unsigned i)
{
	const uint32_t w1 = w[(i + 1) & 15], w14 = w[(i + 14) & 15];

	w[i & 15] += (rotate(w1, 7) ^ rotate(w1, 18) ^ w1 >> 3) + w[(i + 9) & 15] +
	             (rotate(w14, 17) ^ rotate(w14, 19) ^ w14 >> 10);
}

static void block_take(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[16], s[8];

	for (unsigned i = 0; i < 16; i++)
		w[i] = big_endian(block + 4 * i);
	memcpy(s, state, sizeof(s));
	for (unsigned i = 0; i < 64; i++) {
		if (i >= 16)
			schedule_roll(w, i);
		const uint32_t t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
		                    ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i & 15];
		const uint32_t t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
		                    ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		s[7] = s[6], s[6] = s[5], s[5] = s[4], s[4] = s[3] + t1;
		s[3] = s[2], s[2] = s[1], s[1] = s[0], s[0] = t1 + t2;
	}
	for (unsigned i = 0; i < 8; i++)
		state[i] += s[i];
}

void hash_begin(uint32_t state[8])
{
	static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(state, start, sizeof(start));
}

void hash_blocks(uint32_t state[8], const uint8_t *bytes, uint64_t count)
{
	for (; count; count--, bytes += HASH_BLOCK)
		block_take(state, bytes);
}

void hash_close(uint32_t state[8], uint8_t block[HASH_BLOCK], uint64_t bytes, uint8_t digest[HASH_BYTES])
{
	const uint64_t bits = __builtin_bswap64(bytes * 8);

	memcpy(block + HASH_BLOCK - sizeof(bits), &bits, sizeof(bits));
	block_take(state, block);
	for (unsigned i = 0; i < 8; i++) {
		const uint32_t word = __builtin_bswap32(state[i]);
		memcpy(digest + 4 * i, &word, sizeof(word));
	}
}
