/* SPDX-License-Identifier: ISC */
#include "lib/internet.h"
#include "lib/bytes.h"

/*
 * One's complement addition does not care how wide the words are as long as carries come back in at the end: four bytes
 * at a time into 64 bits, which cannot overflow below 16 GiB, then folded. Words in memory order give a sum in memory
 * order (RFC 1071, 2 (B)).
 */
uint32_t internet_sum(const void *bytes, size_t length, uint32_t sum)
{
	const uint8_t *at = bytes;
	uint64_t total = sum;
	uint32_t word = 0;

	for (; length >= sizeof(word); length -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		total += word;
	}
	word = 0;
	memcpy(&word, at, length);
	total += word;
	total = (total & 0xffffffff) + (total >> 32);
	total = (total & 0xffffffff) + (total >> 32);
	return (uint32_t)((total & 0xffff) + (total >> 16));
}
