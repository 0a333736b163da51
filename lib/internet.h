/* SPDX-License-Identifier: ISC */
#ifndef LIB_INTERNET_H
#define LIB_INTERNET_H

#include <stddef.h>
#include <stdint.h>

/* The Internet checksum (RFC 1071), over bytes in any alignment. Sums are of words in memory order, not yet folded. */
uint32_t internet_sum(const void *bytes, size_t length, uint32_t sum);
/* Folded to 16 bits and inverted: the two bytes as they go into memory. */
static inline uint16_t internet_finish(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Big-endian fields of packets. */
static inline uint16_t internet_get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}
static inline void internet_put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}
static inline uint32_t internet_get32(const uint8_t *at)
{
	return (uint32_t)internet_get16(at) << 16 | internet_get16(at + 2);
}
static inline void internet_put32(uint8_t *at, uint32_t value)
{
	internet_put16(at, (uint16_t)(value >> 16));
	internet_put16(at + 2, (uint16_t)value);
}

#endif
