/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/hash.h"

static void digest_of(const void *bytes, size_t size, size_t piece, char hex[65])
{
	struct hash hash;
	uint8_t digest[HASH_BYTES];

	hash_init(&hash);
	for (size_t at = 0; at < size; at += piece)
		hash_update(&hash, (const uint8_t *)bytes + at, size - at < piece ? size - at : piece);
	hash_final(&hash, digest);
	for (unsigned i = 0; i < HASH_BYTES; i++) {
		hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	hex[64] = 0;
}

static void the_digests_of_fips_180_4_come_out(void **state)
{
	static const char long_message[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static uint8_t million[1000000];
	char hex[65];

	(void)state;
	digest_of("", 0, 1, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_of("abc", 3, 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_of(long_message, sizeof(long_message) - 1, 100, hex);
	assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', sizeof(million));
	digest_of(million, sizeof(million), 4096, hex);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void the_pieces_do_not_matter(void **state)
{
	uint8_t bytes[300];
	char whole[65], pieces[65];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		digest_of(bytes, size, sizeof(bytes), whole);
		for (size_t piece = 1; piece < 130; piece += 21) {
			digest_of(bytes, size, piece, pieces);
			assert_string_equal(whole, pieces);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_digests_of_fips_180_4_come_out),
	        cmocka_unit_test(the_pieces_do_not_matter),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
