/* test_json_in.c - JSON from outside: what json-c would let pass is refused. */
#include "check.h"

#include "base/buf.h"
#include "http/json_in.h"

static bool takes(struct str text)
{
	/* A copy without a NUL behind it, so that reading past its end is noticed. */
	char *copy = talloc_memdup(NULL, text.ptr, text.len ? text.len : 1);
	struct json_object *o = json_in_parse((struct str){ copy, text.len });
	bool taken = o != NULL;

	json_object_put(o);
	talloc_free(copy);
	return taken;
}

static void check_all(bool expected, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (takes(str_from(texts[i])) != expected) {
			fail_msg("%s was %s", texts[i], expected ? "refused" : "taken");
		}
	}
}

#define TAKES(...)                                                       \
	do {                                                             \
		static const char *const texts_[] = { __VA_ARGS__ };     \
		check_all(true, texts_, sizeof texts_ / sizeof *texts_); \
	} while (0)
#define REFUSES(...)                                                      \
	do {                                                              \
		static const char *const texts_[] = { __VA_ARGS__ };      \
		check_all(false, texts_, sizeof texts_ / sizeof *texts_); \
	} while (0)

static void well_formed_objects_are_taken(void **state)
{
	(void)state;
	TAKES("{}", " \t\r\n{ } \r\n", "{\"a\":1}",
	      "{\"a\":[1,-2.5e3,true,false,null,\"x\"]}", "{\"a\":{\"b\":{}},\"c\":[{}]}",
	      "{\"\":\"\"}", "{\"a\":\"caf\xc3\xa9 \xf0\x9f\x91\x8d\"}",
	      "{\"a\":\"/ ' N I :,{}[]\"}",
	      "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}",
	      "{\"a\":0,\"b\":-0,\"c\":1E+2,\"d\":0.5}");
}

static void only_objects_are_taken(void **state)
{
	(void)state;
	REFUSES("", " ", "[]", "1", "\"a\"", "null", "true", "[{}]");
}

static void what_is_cut_short_is_refused(void **state)
{
	static const char whole[] = "{\"a\":[1,\"x\\u00e9\",{\"b\":null}],\"c\":true}";

	(void)state;
	assert_true(takes(str_from(whole)));
	for (size_t len = 0; len < sizeof whole - 1; len++) {
		if (takes((struct str){ whole, len })) {
			fail_msg("%.*s was taken", (int)len, whole);
		}
	}
}

static void nothing_stands_behind_the_object(void **state)
{
	(void)state;
	REFUSES("{}x", "{}{}", "{} 1", "{},", "{}}", "{}]", "{}\"\"", "\v{}", "{}\f");
	assert_false(takes(STR("{}\0")));
	assert_false(takes(STR("\0{}")));
	assert_false(takes(STR("\xef\xbb\xbf{}")));
}

static void a_key_stands_once_however_it_is_spelled(void **state)
{
	(void)state;
	REFUSES("{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":null}",
		"{\"a\":1,\"\\u0061\":2}", "{\"o\":{\"a\":1,\"a\":2}}",
		"{\"l\":[{\"a\":1},{\"a\":1,\"a\":1}]}", "{\"\":1,\"\":2}",
		"{\"a\":{\"x\":1},\"a\":{\"y\":1,\"z\":2}}");
	TAKES("{\"a\":{\"a\":{\"a\":1}}}", "{\"l\":[{\"a\":1},{\"a\":1}]}",
	      "{\"a\":1,\"A\":1}", "{\"a:b\":\":::\",\"c\":\"\\\":\"}");
}

/* depth objects within each other */
static struct str nested(void *mem, int depth, const char *open, const char *close)
{
	struct buf b;

	buf_init(&b, mem, 100000);
	buf_add_lit(&b, "{\"a\":");
	for (int i = 1; i < depth; i++) {
		buf_add(&b, open, strlen(open));
	}
	buf_add_lit(&b, "1");
	for (int i = 1; i < depth; i++) {
		buf_add(&b, close, strlen(close));
	}
	buf_add_lit(&b, "}");
	return buf_str(&b);
}

static void depth_has_a_limit(void **state)
{
	assert_true(takes(nested(*state, JSON_MAX_DEPTH, "[", "]")));
	assert_true(takes(nested(*state, JSON_MAX_DEPTH, "{\"a\":", "}")));
	assert_false(takes(nested(*state, JSON_MAX_DEPTH + 1, "[", "]")));
	assert_false(takes(nested(*state, JSON_MAX_DEPTH + 1, "{\"a\":", "}")));
	assert_false(takes(nested(*state, 10000, "[", "]")));
	/* Brackets in texts do not count, and closed ones no more. */
	TAKES("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[\"}",
	      "{\"a\":[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]}");
}

static void nul_and_raw_control_characters_are_refused(void **state)
{
	(void)state;
	for (char c = 0; c < 0x20; c++) {
		char text[] = "{\"a\":\"x?y\"}";
		text[7] = c;
		assert_false(takes((struct str){ text, sizeof text - 1 }));
		char between[] = "{\"a\":?1}";
		between[5] = c;
		assert_int_equal(takes((struct str){ between, sizeof between - 1 }),
				 c == '\t' || c == '\n' || c == '\r');
	}
	REFUSES("{\"a\":\"\\u0000\"}", "{\"\\u0000\":1}", "{\"a\":\"x\\u0000y\"}");
}

static void surrogates_come_in_pairs(void **state)
{
	(void)state;
	TAKES("{\"a\":\"\\ud83d\\udc4d\"}", "{\"a\":\"\\uD83D\\uDC4Dx\\uffff\"}");
	REFUSES("{\"a\":\"\\ud83d\"}", "{\"a\":\"\\udc4d\"}", "{\"a\":\"\\ud83dx\"}",
		"{\"a\":\"\\ud83d\\ud83d\"}", "{\"a\":\"\\udc4d\\ud83d\"}",
		"{\"a\":\"\\ud83d\\u0041\"}", "{\"a\":\"\\ud83d\\n\"}", "{\"\\ud83d\":1}",
		"{\"a\":\"\xed\xa0\xbd\"}");
}

static void escapes_are_those_of_the_rfc(void **state)
{
	(void)state;
	REFUSES("{\"a\":\"\\x41\"}", "{\"a\":\"\\'\"}", "{\"a\":\"\\0\"}",
		"{\"a\":\"\\u12\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\U0041\"}",
		"{\"a\":\"\\\"}", "{\"a\":\"\\v\"}", "{\"a\":\"\\a\"}");
}

static void numbers_and_words_are_those_of_the_rfc(void **state)
{
	(void)state;
	REFUSES("{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":-Infinity}", "{\"a\":nan}",
		"{\"a\":01}", "{\"a\":-01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}",
		"{\"a\":-}", "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":0x10}", "{\"a\":1.e5}",
		"{\"a\":--1}", "{\"a\":True}", "{\"a\":NULL}", "{\"a\":nul}",
		"{\"a\":undefined}", "{\"a\":1 2}");
}

static void punctuation_is_that_of_the_rfc(void **state)
{
	(void)state;
	REFUSES("{,}", "{\"a\":1,}", "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\"}",
		"{\"a\":}", "{a:1}", "{'a':1}", "{\"a\":'x'}", "{\"a\":1;}", "{\"a\"=1}",
		"{\"a\":1 \"b\":2}", "{/* c */}", "{// c\n}", "{1:2}", "{null:1}",
		"{\"a\":1]", "{\"a\":[1}", "{\"a\"::1}", "{\"a\":[1:2]}", "{:1}");
}

static void what_is_not_utf8_is_refused(void **state)
{
	(void)state;
	REFUSES("{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xe2\x82\"}",
		"{\"\xc3\":1}", "{\"a\":\"\xf4\x90\x80\x80\"}");
}

/* json-c saturates: the value must be told from every one that is allowed. */
static void huge_numbers_are_not_small_ones(void **state)
{
	static const char *const huge[] = { "{\"a\":9223372036854775808}",
					    "{\"a\":-9223372036854775809}",
					    "{\"a\":99999999999999999999999999}",
					    "{\"a\":18446744073709551617}" };

	(void)state;
	for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
		struct json_object *o = json_in_parse(str_from(huge[i]));
		if (o) {
			int64_t v = json_object_get_int64(json_object_object_get(o, "a"));
			assert_true(v > INT64_C(1) << 60 || v < -(INT64_C(1) << 60));
		}
		json_object_put(o);
	}
}

static void texts_are_read_as_they_were_meant(void **state)
{
	struct json_object *o = json_in_parse(
		STR("{\"k\":\"a\\u00e9\\ud83d\\udc4d\\/\\n\",\"n\":-12,\"b\":true}"));

	(void)state;
	assert_non_null(o);
	assert_string_equal(json_object_get_string(json_object_object_get(o, "k")),
			    "a\xc3\xa9\xf0\x9f\x91\x8d/\n");
	assert_int_equal(json_object_get_int64(json_object_object_get(o, "n")), -12);
	assert_true(json_object_get_boolean(json_object_object_get(o, "b")));
	json_object_put(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_objects_are_taken),
		cmocka_unit_test(only_objects_are_taken),
		cmocka_unit_test(what_is_cut_short_is_refused),
		cmocka_unit_test(nothing_stands_behind_the_object),
		cmocka_unit_test(a_key_stands_once_however_it_is_spelled),
		WITH_MEM(depth_has_a_limit),
		cmocka_unit_test(nul_and_raw_control_characters_are_refused),
		cmocka_unit_test(surrogates_come_in_pairs),
		cmocka_unit_test(escapes_are_those_of_the_rfc),
		cmocka_unit_test(numbers_and_words_are_those_of_the_rfc),
		cmocka_unit_test(punctuation_is_that_of_the_rfc),
		cmocka_unit_test(what_is_not_utf8_is_refused),
		cmocka_unit_test(huge_numbers_are_not_small_ones),
		cmocka_unit_test(texts_are_read_as_they_were_meant),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
