/* SPDX-License-Identifier: ISC */
/* A GiB of RAM: each of its places is one of its own, its layer sees it, too, and it ends where it should. */
#include "tests/guest/pc/pc.h"

enum { END = 0x04 }; /* of transmission: test-modes has seen all */
#define COM1 0x3f8
#define GIB 0x40000000u
#define STEP 0x200000u
#define FIRST STEP /* this program lies below */
#define LAST (GIB - 4096u)

static void test_words(void)
{
	uint32_t wrong = 0;

	for (uint32_t at = FIRST; at < GIB; at += STEP)
		for (uint32_t end = 0; end < 2; end++)
			*at32(at + end * (STEP - 4)) = ~at + end;
	for (uint32_t at = FIRST; at < GIB; at += STEP)
		for (uint32_t end = 0; end < 2; end++)
			wrong += *at32(at + end * (STEP - 4)) != ~at + end;
	check(!wrong, "both ends of each 2 MiB keep a word of their own");
}

/* The layer carries out OUTS, so it reads the bytes itself. */
static void test_string(void)
{
	static const char text[] = "the layer reads a string from the last page";
	const volatile char *from = (const volatile char *)(uintptr_t)(GIB - sizeof(text));
	uint32_t count = sizeof(text) - 1;

	for (uint32_t i = 0; i < count; i++)
		*(volatile char *)(uintptr_t)(GIB - sizeof(text) + i) = text[i];
	for (const char *ok = "ok: "; *ok; ok++)
		put(*ok);
	__asm__ volatile("rep outsb" : "+S"(from), "+c"(count) : "d"(COM1) : "memory");
	put('\n');
}

static void test_end(void)
{
	*at32(LAST) = 1;
	*at32(GIB) = 2;
	check(*at32(GIB) == UINT32_MAX && *at32(LAST) == 1, "nothing is behind the last page");
}

void pc_main(void)
{
	test_words();
	test_string();
	test_end();
	put(END);
}
