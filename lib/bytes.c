/* SPDX-License-Identifier: ISC */
#include "lib/bytes.h"
#include <stdint.h>

/*
 * Copying by words of eight bytes, alignment left to the machine, then the rest by bytes. Each loop holds an empty asm:
 * without it the compiler would recognise the loop as memcpy or memset and call this very function.
 */
struct word {
	uint64_t value;
} __attribute__((packed, may_alias));
#define WORD sizeof(struct word)
#define KEEP_LOOP() __asm__ volatile("" ::: "memory")

static void word_copy(uint8_t *to, const uint8_t *from)
{
	((struct word *)to)->value = ((const struct word *)from)->value;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	for (; bytes >= 4 * WORD; bytes -= 4 * WORD, t += 4 * WORD, f += 4 * WORD) {
		word_copy(t, f);
		word_copy(t + WORD, f + WORD);
		word_copy(t + 2 * WORD, f + 2 * WORD);
		word_copy(t + 3 * WORD, f + 3 * WORD);
		KEEP_LOOP();
	}
	for (; bytes >= WORD; bytes -= WORD, t += WORD, f += WORD) {
		word_copy(t, f);
		KEEP_LOOP();
	}
	for (; bytes; bytes--) {
		*t++ = *f++;
		KEEP_LOOP();
	}
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	/* Forward is right unless the target begins inside the source; word by word it is right for any distance. */
	if ((uintptr_t)t - (uintptr_t)f >= bytes) {
		for (; bytes >= WORD; bytes -= WORD, t += WORD, f += WORD) {
			word_copy(t, f);
			KEEP_LOOP();
		}
		for (; bytes; bytes--) {
			*t++ = *f++;
			KEEP_LOOP();
		}
		return to;
	}
	for (; bytes >= WORD; bytes -= WORD) {
		word_copy(t + bytes - WORD, f + bytes - WORD);
		KEEP_LOOP();
	}
	for (; bytes; bytes--) {
		t[bytes - 1] = f[bytes - 1];
		KEEP_LOOP();
	}
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	uint8_t *t = to;
	const uint64_t word = (uint8_t)value * UINT64_C(0x0101010101010101);

	for (; bytes >= 4 * WORD; bytes -= 4 * WORD, t += 4 * WORD) {
		((struct word *)t)[0].value = word;
		((struct word *)t)[1].value = word;
		((struct word *)t)[2].value = word;
		((struct word *)t)[3].value = word;
		KEEP_LOOP();
	}
	for (; bytes; bytes--) {
		*t++ = (uint8_t)value;
		KEEP_LOOP();
	}
	return to;
}

int memcmp(const void *left, const void *right, size_t bytes)
{
	const uint8_t *l = left, *r = right;

	for (; bytes >= WORD; bytes -= WORD, l += WORD, r += WORD)
		if (((const struct word *)l)->value != ((const struct word *)r)->value)
			break;
	for (; bytes; bytes--, l++, r++)
		if (*l != *r)
			return *l - *r;
	return 0;
}
