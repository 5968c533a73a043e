/* test_token.c - tokens and the networks and delays that slow guessing down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "auth/throttle.h"
#include "auth/token.h"

static void tokens_are_43_characters_of_base64url_and_never_the_same(void **state)
{
	char a[TOKEN_LENGTH + 1], b[TOKEN_LENGTH + 1];
	uint8_t hash[TOKEN_HASH_BYTES];

	(void)state;
	token_new(a);
	token_new(b);
	assert_int_equal(strlen(a), TOKEN_LENGTH);
	assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789-_"),
			 TOKEN_LENGTH);
	assert_string_not_equal(a, b);
	assert_true(token_hash(str_from(a), hash));
}

static void the_hash_is_sha256(void **state)
{
	static const uint8_t abc[4] = { 0xba, 0x78, 0x16, 0xbf };
	uint8_t hash[TOKEN_HASH_BYTES];

	(void)state;
	token_digest(STR("abc"), hash);
	assert_memory_equal(hash, abc, sizeof abc);
}

static void what_is_no_token_has_no_hash(void **state)
{
	uint8_t hash[TOKEN_HASH_BYTES];

	(void)state;
	assert_false(token_hash(STR_NONE, hash));
	assert_false(token_hash(STR(""), hash));
	assert_false(token_hash(STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), hash));
	assert_true(token_hash(STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), hash));
	assert_false(
		token_hash(STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), hash));
	assert_false(
		token_hash(STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0"), hash));
	assert_false(
		token_hash(STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' "), hash));
}

static void an_address_counts_with_its_network(void **state)
{
	static const struct {
		struct str address;
		const char *network;
	} cases[] = {
		{ STR("192.0.2.77"), "192.0.2.0/24" },
		{ STR("127.0.0.1"), "127.0.0.0/24" },
		{ STR("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64" },
		{ STR("2001:0db8:0001:0002::9"), "2001:db8:1:2::/64" },
		{ STR("::ffff:192.0.2.77"), "192.0.2.0/24" },
		{ STR("::1"), "::/64" },
		{ STR("fe80::1%eth0"), "fe80::1%eth0" },
		{ STR(""), "" },
	};
	char out[THROTTLE_NETWORK_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		throttle_network(cases[i].address, out);
		assert_string_equal(out, cases[i].network);
	}
}

static void the_delay_doubles_and_ends_at_a_ceiling(void **state)
{
	(void)state;
	assert_int_equal(throttle_delay_s(0), 0);
	assert_int_equal(throttle_delay_s(THROTTLE_FREE), 0);
	assert_int_equal(throttle_delay_s(THROTTLE_FREE + 1), 1);
	assert_int_equal(throttle_delay_s(THROTTLE_FREE + 2), 2);
	assert_int_equal(throttle_delay_s(THROTTLE_FREE + 9), 256);
	assert_int_equal(throttle_delay_s(THROTTLE_FREE + 10), THROTTLE_LONGEST_S);
	assert_int_equal(throttle_delay_s(1000000), THROTTLE_LONGEST_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			tokens_are_43_characters_of_base64url_and_never_the_same),
		cmocka_unit_test(the_hash_is_sha256),
		cmocka_unit_test(what_is_no_token_has_no_hash),
		cmocka_unit_test(an_address_counts_with_its_network),
		cmocka_unit_test(the_delay_doubles_and_ends_at_a_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
