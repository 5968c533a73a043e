/* test_str.c - borrowed text: comparing, splitting, converting. */
#include "check.h"

static void texts_are_equal_by_bytes(void **state)
{
	(void)state;
	assert_true(str_eq(STR("abc"), STR("abc")));
	assert_false(str_eq(STR("abc"), STR("abd")));
	assert_false(str_eq(STR("abc"), STR("ab")));
	assert_true(str_eq(STR(""), STR_NONE));
	assert_true(str_eq(STR("a\0b"), STR("a\0b")));
	assert_false(str_eq(STR("a\0b"), STR("a\0c")));
}

static void case_is_ignored_for_ascii_only(void **state)
{
	(void)state;
	assert_true(str_eq_nocase(STR("Bearer"), STR("bEARER")));
	assert_true(str_eq_nocase(STR("[@Z`{"), STR("[@z`{")));
	assert_false(str_eq_nocase(STR("[a"), STR("{a")));
	assert_false(str_eq_nocase(STR("\xc3\x84"), STR("\xc3\xa4")));
	assert_false(str_eq_nocase(STR("a"), STR("aa")));
}

static void a_text_starts_with_its_prefixes(void **state)
{
	(void)state;
	assert_true(str_starts(STR("api/v1"), STR("api/")));
	assert_true(str_starts(STR("api"), STR("api")));
	assert_true(str_starts(STR("api"), STR("")));
	assert_false(str_starts(STR("ap"), STR("api")));
	assert_false(str_starts(STR_NONE, STR("a")));
}

static void nothing_and_empty_are_two_things(void **state)
{
	(void)state;
	assert_null(str_from(NULL).ptr);
	assert_non_null(str_from("").ptr);
	assert_int_equal(str_from(NULL).len, 0);
}

static void a_position_past_the_end_gives_an_empty_text(void **state)
{
	(void)state;
	assert_str(str_from_at(STR("abc"), 0), "abc");
	assert_str(str_from_at(STR("abc"), 2), "c");
	assert_str(str_from_at(STR("abc"), 3), "");
	assert_str(str_from_at(STR("abc"), 99), "");
	assert_str(str_from_at(STR_NONE, 1), "");
}

static void a_character_is_found_or_is_at_the_end(void **state)
{
	(void)state;
	assert_int_equal(str_index(STR("a=b=c"), '='), 1);
	assert_int_equal(str_index(STR("abc"), '='), 3);
	assert_int_equal(str_index(STR_NONE, '='), 0);
}

static void blanks_around_are_trimmed(void **state)
{
	(void)state;
	assert_str(str_trim(STR(" \t a b \t")), "a b");
	assert_str(str_trim(STR("   ")), "");
	assert_str(str_trim(STR("a\n")), "a\n");
}

static void splitting_gives_every_piece(void **state)
{
	struct str rest = STR("a,,b,");

	(void)state;
	assert_str(str_split(&rest, ','), "a");
	assert_str(str_split(&rest, ','), "");
	assert_str(str_split(&rest, ','), "b");
	assert_non_null(rest.ptr);
	assert_str(str_split(&rest, ','), "");
	assert_null(rest.ptr);
}

static void the_only_piece_is_the_whole(void **state)
{
	struct str rest = STR("abc");

	(void)state;
	assert_str(str_split(&rest, ','), "abc");
	assert_null(rest.ptr);
	rest = STR("");
	assert_str(str_split(&rest, ','), "");
	assert_null(rest.ptr);
}

static void digits_are_a_number(void **state)
{
	int64_t v = 0;

	(void)state;
	assert_true(str_to_int(STR("0"), 0, 9, &v));
	assert_int_equal(v, 0);
	assert_true(str_to_int(STR("007"), 0, 9, &v));
	assert_int_equal(v, 7);
	assert_true(str_to_int(STR("9223372036854775807"), 0, INT64_MAX, &v));
	assert_true(v == INT64_MAX);
}

static void what_is_no_number_leaves_the_place_alone(void **state)
{
	static const char *const wrong[] = {
		"",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1.0",
		"0x1",
		"1e3",
		"a",
		"1a",
		"\xd9\xa1",
		"9223372036854775808",
		"9999999999999999999",
		"00000000000000000001",
		"18446744073709551617",
	};
	int64_t v = 42;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_false(str_to_int(str_from(wrong[i]), INT64_MIN, INT64_MAX, &v));
		assert_int_equal(v, 42);
	}
	assert_false(str_to_int(STR_NONE, 0, 9, &v));
	assert_false(str_to_int(STR("1\0"), 0, 9, &v));
}

static void a_number_stays_within_its_bounds(void **state)
{
	int64_t v = 42;

	(void)state;
	assert_true(str_to_int(STR("3"), 3, 5, &v));
	assert_true(str_to_int(STR("5"), 3, 5, &v));
	assert_false(str_to_int(STR("2"), 3, 5, &v));
	assert_false(str_to_int(STR("6"), 3, 5, &v));
	assert_int_equal(v, 5);
}

static void copies_end_in_nul_and_keep_their_length(void **state)
{
	struct str copy = str_dup(*state, STR("a\0b"));

	assert_int_equal(copy.len, 3);
	assert_memory_equal(copy.ptr, "a\0b", 4);
	assert_null(str_dup(*state, STR_NONE).ptr);
	assert_non_null(str_dup(*state, STR("")).ptr);
	assert_string_equal(str_dupz(*state, (struct str){ "abcdef", 3 }), "abc");
	assert_null(str_dupz(*state, STR_NONE));
}

static void printing_makes_new_text(void **state)
{
	struct str s = str_printf(*state, STR_FMT "/%d", STR_ARG(STR("room")), 7);

	assert_str(s, "room/7");
	assert_str(str_printf(*state, STR_FMT, STR_ARG(STR_NONE)), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_equal_by_bytes),
		cmocka_unit_test(case_is_ignored_for_ascii_only),
		cmocka_unit_test(a_text_starts_with_its_prefixes),
		cmocka_unit_test(nothing_and_empty_are_two_things),
		cmocka_unit_test(a_position_past_the_end_gives_an_empty_text),
		cmocka_unit_test(a_character_is_found_or_is_at_the_end),
		cmocka_unit_test(blanks_around_are_trimmed),
		cmocka_unit_test(splitting_gives_every_piece),
		cmocka_unit_test(the_only_piece_is_the_whole),
		cmocka_unit_test(digits_are_a_number),
		cmocka_unit_test(what_is_no_number_leaves_the_place_alone),
		cmocka_unit_test(a_number_stays_within_its_bounds),
		WITH_MEM(copies_end_in_nul_and_keep_their_length),
		WITH_MEM(printing_makes_new_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
