/* test_buf.c - the growing buffer, its ceiling, and JSON's escapes. */
#include "check.h"

#include <json-c/json.h>

#include "base/buf.h"

static struct buf fresh(void **state, size_t max)
{
	struct buf b;
	buf_init(&b, *state, max);
	return b;
}

static void an_unused_buffer_is_empty_text(void **state)
{
	struct buf b = fresh(state, 10);

	assert_str(buf_str(&b), "");
	assert_null(b.ptr);
	assert_true(buf_add(&b, NULL, 0));
	assert_str(buf_str(&b), "");
}

static void what_is_added_follows_what_was_there(void **state)
{
	struct buf b = fresh(state, 1000);

	assert_true(buf_add_lit(&b, "one "));
	assert_true(buf_add_str(&b, STR("two ")));
	assert_true(buf_add_int(&b, 3));
	assert_true(buf_printf(&b, " %s", "four"));
	assert_str(buf_str(&b), "one two 3 four");
	assert_int_equal(b.ptr[b.len], '\0');
}

static void a_buffer_grows_over_many_additions(void **state)
{
	struct buf b = fresh(state, 1 << 20);

	for (int i = 0; i < 10000; i++) {
		assert_true(buf_add(&b, "0123456789", 10));
	}
	assert_int_equal(b.len, 100000);
	for (size_t i = 0; i < b.len; i++) {
		assert_int_equal(b.ptr[i], '0' + (int)(i % 10));
	}
}

static void nothing_passes_the_ceiling(void **state)
{
	struct buf b = fresh(state, 5);

	assert_true(buf_add_lit(&b, "abcde"));
	assert_false(b.full);
	assert_false(buf_add_lit(&b, "f"));
	assert_true(b.full);
	assert_str(buf_str(&b), "abcde");
}

static void what_does_not_fit_is_not_cut(void **state)
{
	struct buf b = fresh(state, 5);

	assert_true(buf_add_lit(&b, "abc"));
	assert_false(buf_add_lit(&b, "def"));
	assert_str(buf_str(&b), "abc");
	assert_false(buf_printf(&b, "%d", 1234));
	assert_str(buf_str(&b), "abc");
	assert_false(buf_add_int(&b, -12));
	assert_null(buf_reserve(&b, 3));
	assert_null(buf_reserve(&b, SIZE_MAX));
	assert_str(buf_str(&b), "abc");
}

static void a_printed_text_may_reach_the_ceiling_exactly(void **state)
{
	struct buf b = fresh(state, 300);

	assert_true(buf_printf(&b, "%300s", "x"));
	assert_int_equal(b.len, 300);
	assert_false(b.full);
	assert_false(buf_printf(&b, "y"));
}

static void reserved_room_can_be_written(void **state)
{
	struct buf b = fresh(state, 1000);
	char *at;

	buf_add_lit(&b, "head ");
	at = buf_reserve(&b, 900);
	assert_non_null(at);
	memset(at, 'x', 900);
	b.len += 900;
	assert_null(buf_reserve(&b, 96));
	assert_non_null(buf_reserve(&b, 95));
	assert_int_equal(b.len, 905);
}

static void every_integer_is_written(void **state)
{
	static const int64_t values[] = { 0, 7, -7, 1000, INT64_MAX, INT64_MIN };
	static const char *const texts[] = {
		"0", "7", "-7", "1000", "9223372036854775807", "-9223372036854775808"
	};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct buf b = fresh(state, 100);
		assert_true(buf_add_int(&b, values[i]));
		assert_str(buf_str(&b), texts[i]);
	}
}

static void check_escape(void **state, struct str plain, const char *json)
{
	struct buf b = fresh(state, 1000);

	assert_true(buf_add_json(&b, plain));
	assert_str(buf_str(&b), json);
}

static void quotes_and_backslashes_are_escaped(void **state)
{
	check_escape(state, STR(""), "\"\"");
	check_escape(state, STR_NONE, "\"\"");
	check_escape(state, STR("plain / text"), "\"plain / text\"");
	check_escape(state, STR("\"\\\""), "\"\\\"\\\\\\\"\"");
	check_escape(state, STR("a\nb\tc"), "\"a\\nb\\tc\"");
}

static void every_control_character_is_escaped(void **state)
{
	for (int c = 0; c < 0x20; c++) {
		char plain = (char)c;
		struct buf b = fresh(state, 100);
		assert_true(buf_add_json(&b, (struct str){ &plain, 1 }));
		assert_int_equal(b.ptr[1], '\\');
		assert_int_equal(b.len, c == '\n' || c == '\t' ? 4 : 8);
	}
	check_escape(state, STR("a\0b"), "\"a\\u0000b\"");
	check_escape(state, STR("\r\x1b\x7f"), "\"\\u000d\\u001b\\u007f\"");
}

static void line_separators_are_escaped_and_their_neighbours_are_not(void **state)
{
	check_escape(state, STR("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"),
		     "\"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa\"");
	/* The same last byte under another lead, and other characters of the same lead.
	 */
	check_escape(state, STR("\xe2\x81\xa8\xe2\x82\xac\xe3\x80\xa8"),
		     "\"\xe2\x81\xa8\xe2\x82\xac\xe3\x80\xa8\"");
}

static void an_escaped_text_never_passes_the_ceiling(void **state)
{
	for (size_t max = 0; max < 40; max++) {
		struct buf b = fresh(state, max);
		bool fits = buf_add_json(&b, STR("\x01\xe2\x80\xa8 and more \"text\""));
		assert_int_equal(fits, max >= 32);
		assert_int_equal(b.full, !fits);
		assert_true(b.len <= max);
	}
}

/* Random valid text through json-c and back. */
static void escaped_text_reads_back_as_it_was(void **state)
{
	static const char *const pieces[] = {
		"a",    "\"",       "\\",           "\n",           "\x01",
		"\x7f", "\xc3\xa9", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xf0\x9f\x91\x8d",
		"/",    "u0041",    "\xe2\x82\xac", "\r",
	};
	uint64_t seed = 20251124;

	for (int round = 0; round < 500; round++) {
		struct buf plain = fresh(state, 1000), json = fresh(state, 10000);
		size_t n = next_random(&seed) % 40;
		for (size_t i = 0; i < n; i++) {
			const char *p = pieces[next_random(&seed) %
					       (sizeof pieces / sizeof *pieces)];
			buf_add(&plain, p, strlen(p));
		}
		assert_true(buf_add_json(&json, buf_str(&plain)));
		struct json_object *o = json_tokener_parse(json.ptr);
		assert_non_null(o);
		assert_str(buf_str(&plain), json_object_get_string(o));
		json_object_put(o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(an_unused_buffer_is_empty_text),
		WITH_MEM(what_is_added_follows_what_was_there),
		WITH_MEM(a_buffer_grows_over_many_additions),
		WITH_MEM(nothing_passes_the_ceiling),
		WITH_MEM(what_does_not_fit_is_not_cut),
		WITH_MEM(a_printed_text_may_reach_the_ceiling_exactly),
		WITH_MEM(reserved_room_can_be_written),
		WITH_MEM(every_integer_is_written),
		WITH_MEM(quotes_and_backslashes_are_escaped),
		WITH_MEM(every_control_character_is_escaped),
		WITH_MEM(line_separators_are_escaped_and_their_neighbours_are_not),
		WITH_MEM(an_escaped_text_never_passes_the_ceiling),
		WITH_MEM(escaped_text_reads_back_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
