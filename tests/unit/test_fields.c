/* test_fields.c - requests are held to the table of what they may carry. */
#include "check.h"

#include "http/fields.h"

struct in {
	struct str line, body, secret, token;
	int64_t number, flag, choice, time;
	struct str_list list;
};

static const char *const choices[] = { "all", "mentions", "none", NULL };

static const struct field table[] = {
	{ "line", F_LINE, 2, 5, 0, offsetof(struct in, line), NULL },
	{ "body", F_BODY, 1, 10, 0, offsetof(struct in, body), NULL },
	{ "secret", F_SECRET, 3, 8, 0, offsetof(struct in, secret), NULL },
	{ "token", F_TOKEN, 1, 6, 0, offsetof(struct in, token), NULL },
	{ "number", F_INT, 1, 100, 0, offsetof(struct in, number), NULL },
	{ "flag", F_BOOL, 0, 0, 0, offsetof(struct in, flag), NULL },
	{ "choice", F_ENUM, 0, 0, 0, offsetof(struct in, choice), choices },
	{ "time", F_TIME, 0, 0, 0, offsetof(struct in, time), NULL },
	{ "list", F_TOKENS, 0, 3, 0, offsetof(struct in, list), NULL },
	{ 0 },
};

static const struct field required[] = {
	{ "line", F_LINE, 0, 5, FIELD_REQUIRED, offsetof(struct in, line), NULL },
	{ "number", F_INT, -5, 100, FIELD_REQUIRED, offsetof(struct in, number), NULL },
	{ "list", F_TOKENS, 0, 3, FIELD_REQUIRED, offsetof(struct in, list), NULL },
	{ 0 },
};

/* What was decoded, and how it went. */
struct outcome {
	struct in in;
	struct fault fault;
	enum result result;
};

static struct outcome json(void **state, const struct field *t, struct str body)
{
	struct outcome o = { 0 };
	o.result = fields_from_json(*state, t, body, &o.in, &o.fault);
	return o;
}

static struct outcome query(void **state, const struct field *t, struct str text)
{
	struct outcome o = { 0 };
	o.result = fields_from_query(*state, t, text, &o.in, &o.fault);
	return o;
}

static void check_absent(const struct in *in)
{
	assert_null(in->line.ptr);
	assert_null(in->body.ptr);
	assert_null(in->secret.ptr);
	assert_null(in->token.ptr);
	assert_true(in->number == FIELD_ABSENT);
	assert_true(in->flag == FIELD_ABSENT);
	assert_true(in->choice == FIELD_ABSENT);
	assert_true(in->time == FIELD_ABSENT);
	assert_false(in->list.given);
}

/* Each text must end in this result, with this code, naming this field. */
static void check_wrong(struct outcome o, const char *code, const char *field,
			const char *text)
{
	enum result want = !strcmp(code, "bad_json") || !strcmp(code, "bad_query") ||
					   !strcmp(code, "duplicate_field")
				   ? E_INVALID
				   : E_FIELD;
	if (o.result != want || !o.fault.code || strcmp(o.fault.code, code) != 0) {
		fail_msg("%s: %d %s", text, o.result, o.fault.code ? o.fault.code : "-");
	}
	assert_non_null(o.fault.message);
	if (field) {
		assert_string_equal(o.fault.field, field);
	} else {
		assert_null(o.fault.field);
	}
}

static void nothing_given_is_absent(void **state)
{
	struct outcome o = json(state, table, STR(""));
	assert_int_equal(o.result, OK);
	check_absent(&o.in);
	o = json(state, table, STR("{}"));
	assert_int_equal(o.result, OK);
	check_absent(&o.in);
	o = query(state, table, STR(""));
	assert_int_equal(o.result, OK);
	check_absent(&o.in);
	o = query(state, table, STR_NONE);
	assert_int_equal(o.result, OK);
	check_absent(&o.in);
}

static void null_is_as_if_it_was_not_given(void **state)
{
	struct outcome o = json(state, table,
				STR("{\"line\":null,\"body\":null,\"secret\":null,"
				    "\"token\":null,\"number\":null,\"flag\":null,"
				    "\"choice\":null,\"time\":null,\"list\":null}"));
	assert_int_equal(o.result, OK);
	check_absent(&o.in);
}

static void every_type_is_read_from_json(void **state)
{
	struct outcome o = json(
		state, table,
		STR("{\"line\":\"h\\u00e9\",\"body\":\"a\\n\\tb\",\"secret\":\"a\\rb\","
		    "\"token\":\"aZ0_-.\",\"number\":100,\"flag\":true,"
		    "\"choice\":\"none\",\"time\":\"2026-11-22T09:00:00.123Z\","
		    "\"list\":[\"a\",\"b:c\"]}"));
	assert_int_equal(o.result, OK);
	assert_str(o.in.line, "h\xc3\xa9");
	assert_str(o.in.body, "a\n\tb");
	assert_str(o.in.secret, "a\rb");
	assert_str(o.in.token, "aZ0_-.");
	assert_int_equal(o.in.number, 100);
	assert_int_equal(o.in.flag, 1);
	assert_int_equal(o.in.choice, 2);
	assert_true(o.in.time == INT64_C(1795338000123));
	assert_true(o.in.list.given);
	assert_int_equal(o.in.list.count, 2);
	assert_str(o.in.list.at[0], "a");
	assert_str(o.in.list.at[1], "b:c");
}

static void every_type_but_lists_is_read_from_a_query(void **state)
{
	struct outcome o = query(
		state, table,
		STR("line=h%C3%A9&body=a%0a%09+b&secret=%26%3d%25&token=a:b&number=7&"
		    "flag=0&choice=all&time=2026-11-22T09:00:00Z"));
	assert_int_equal(o.result, OK);
	assert_str(o.in.line, "h\xc3\xa9");
	assert_str(o.in.body, "a\n\t b");
	assert_str(o.in.secret, "&=%");
	assert_str(o.in.token, "a:b");
	assert_int_equal(o.in.number, 7);
	assert_int_equal(o.in.flag, 0);
	assert_int_equal(o.in.choice, 0);
	assert_true(o.in.time == INT64_C(1795338000000));
	check_wrong(query(state, table, STR("list=a")), "wrong_type", "list", "list=a");
}

static void an_empty_list_is_given(void **state)
{
	struct outcome o = json(state, table, STR("{\"list\":[]}"));

	assert_int_equal(o.result, OK);
	assert_true(o.in.list.given);
	assert_int_equal(o.in.list.count, 0);
	check_wrong(json(state, table, STR("{\"list\":[\"a\",\"b\",\"c\",\"d\"]}")),
		    "bad_field", "list", "four");
	check_wrong(json(state, table, STR("{\"list\":[\"a\",1]}")), "wrong_type", "list",
		    "number");
	check_wrong(json(state, table, STR("{\"list\":[null]}")), "wrong_type", "list",
		    "null");
	check_wrong(json(state, table, STR("{\"list\":[\"\"]}")), "bad_field", "list",
		    "empty");
	check_wrong(json(state, table, STR("{\"list\":[\"a/b\"]}")), "bad_field", "list",
		    "/");
	check_wrong(json(state, table, STR("{\"list\":\"a\"}")), "wrong_type", "list",
		    "text");
}

struct wrong {
	const char *text, *code, *field;
};

static void a_value_of_another_type_is_refused(void **state)
{
	static const struct wrong cases[] = {
		{ "{\"line\":1}", "wrong_type", "line" },
		{ "{\"line\":[\"ab\"]}", "wrong_type", "line" },
		{ "{\"body\":true}", "wrong_type", "body" },
		{ "{\"token\":{}}", "wrong_type", "token" },
		{ "{\"number\":\"7\"}", "wrong_type", "number" },
		{ "{\"number\":7.0}", "wrong_type", "number" },
		{ "{\"number\":1e1}", "wrong_type", "number" },
		{ "{\"number\":true}", "wrong_type", "number" },
		{ "{\"flag\":1}", "wrong_type", "flag" },
		{ "{\"flag\":\"true\"}", "wrong_type", "flag" },
		{ "{\"choice\":0}", "wrong_type", "choice" },
		{ "{\"time\":1795338000123}", "wrong_type", "time" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		check_wrong(json(state, table, str_from(cases[i].text)), cases[i].code,
			    cases[i].field, cases[i].text);
	}
}

static void a_value_that_may_not_be_is_refused(void **state)
{
	static const struct wrong cases[] = {
		{ "{\"line\":\"\"}", "bad_field", "line" },
		{ "{\"line\":\"a\"}", "bad_field", "line" },
		{ "{\"line\":\"abcdef\"}", "bad_field", "line" },
		{ "{\"line\":\"a\\nb\"}", "bad_field", "line" },
		{ "{\"line\":\"a\\u2028b\"}", "bad_field", "line" },
		{ "{\"body\":\"12345678901\"}", "bad_field", "body" },
		{ "{\"body\":\"a\\rb\"}", "bad_field", "body" },
		{ "{\"secret\":\"12\"}", "bad_field", "secret" },
		{ "{\"secret\":\"123456789\"}", "bad_field", "secret" },
		{ "{\"token\":\"a b\"}", "bad_field", "token" },
		{ "{\"token\":\"caf\xc3\xa9\"}", "bad_field", "token" },
		{ "{\"token\":\"1234567\"}", "bad_field", "token" },
		{ "{\"number\":0}", "bad_field", "number" },
		{ "{\"number\":101}", "bad_field", "number" },
		{ "{\"number\":-1}", "bad_field", "number" },
		{ "{\"number\":9223372036854775808}", "bad_field", "number" },
		{ "{\"number\":-99999999999999999999}", "bad_field", "number" },
		{ "{\"number\":18446744073709551617}", "bad_field", "number" },
		{ "{\"choice\":\"\"}", "bad_field", "choice" },
		{ "{\"choice\":\"All\"}", "bad_field", "choice" },
		{ "{\"choice\":\"al\"}", "bad_field", "choice" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		check_wrong(json(state, table, str_from(cases[i].text)), cases[i].code,
			    cases[i].field, cases[i].text);
	}
}

/* A line counts characters, a body bytes. */
static void lengths_are_in_the_unit_of_their_type(void **state)
{
	assert_int_equal(json(state, table,
			      STR("{\"line\":\"\xf0\x9f\x91\x8d\xf0\x9f\x91\x8d"
				  "\xf0\x9f\x91\x8d\xf0\x9f\x91\x8d\xf0\x9f\x91\x8d\"}"))
				 .result,
			 OK);
	assert_int_equal(json(state, table,
			      STR("{\"body\":\"\xf0\x9f\x91\x8d\xf0\x9f\x91\x8d"
				  "\xf0\x9f\x91\x8d\"}"))
				 .result,
			 E_FIELD);
}

static void times_are_rfc3339_in_utc(void **state)
{
	static const char *const wrong[] = {
		"",
		"2026-11-22",
		"2026-11-22T09:00:00",
		"2026-11-22T09:00:00+01:00",
		"2026-11-22 09:00:00Z",
		"2026-11-22T09:00:00.Z",
		"2026-11-22T09:00:00.1234567890Z",
		"2026-11-22T09:00:00ZZ",
		"2026-13-22T09:00:00Z",
		"2026-02-30T09:00:00Z",
		"2026-11-22T24:00:00Z",
		"2026-11-22T09:60:00Z",
		" 026-11-22T09:00:00Z",
		"2026-11- 2T09:00:00Z",
		"+026-11-22T09:00:00Z",
		"20261-1-22T09:00:00Z",
		"2026-11-22T09:00:00.+12Z",
		"2026-11-22T09:00:00Z and a great many more characters",
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct str text = str_printf(*state, "{\"time\":\"%s\"}", wrong[i]);
		check_wrong(json(state, table, text), "bad_field", "time", wrong[i]);
	}
	struct outcome o =
		json(state, table, STR("{\"time\":\"2024-02-29T23:59:59.999Z\"}"));
	assert_int_equal(o.result, OK);
	assert_true(o.in.time == INT64_C(1709251199999));
}

static void what_is_required_must_be_there(void **state)
{
	check_wrong(json(state, required, STR("{}")), "missing_field", "line", "none");
	check_wrong(json(state, required, STR("{\"line\":\"\",\"list\":[]}")),
		    "missing_field", "number", "no number");
	check_wrong(json(state, required, STR("{\"line\":\"\",\"number\":1}")),
		    "missing_field", "list", "no list");
	check_wrong(
		json(state, required, STR("{\"line\":null,\"number\":1,\"list\":[]}")),
		"wrong_type", "line", "null");
	check_wrong(
		json(state, required, STR("{\"line\":\"\",\"number\":1,\"list\":null}")),
		"wrong_type", "list", "null list");
	/* Empty, zero and negative are given. */
	struct outcome o =
		json(state, required, STR("{\"line\":\"\",\"number\":-5,\"list\":[]}"));
	assert_int_equal(o.result, OK);
	assert_non_null(o.in.line.ptr);
	check_wrong(query(state, required, STR("line=a")), "missing_field", "number",
		    "query");
}

static void what_is_not_known_is_refused(void **state)
{
	check_wrong(json(state, table, STR("{\"other\":1}")), "unknown_field", "other",
		    "");
	check_wrong(json(state, table, STR("{\"other\":null}")), "unknown_field", "other",
		    "");
	check_wrong(json(state, table, STR("{\"Line\":\"ab\"}")), "unknown_field", "Line",
		    "");
	check_wrong(json(state, table, STR("{\"\":1}")), "unknown_field", "", "");
	check_wrong(query(state, table, STR("other=1")), "unknown_field", "other", "");
	check_wrong(query(state, table, STR("lin%65x=1")), "unknown_field", "linex", "");
	check_wrong(query(state, table, STR("=1")), "unknown_field", "", "");
	check_wrong(json(state, NULL, STR("{\"a\":1}")), "unknown_field", "a",
		    "no table");
	assert_int_equal(json(state, NULL, STR("{}")).result, OK);
	assert_int_equal(query(state, NULL, STR("")).result, OK);
}

static void malformed_json_is_told_from_wrong_fields(void **state)
{
	static const char *const texts[] = { "x",
					     "[]",
					     "{\"line\":}",
					     "null",
					     "{\"line\":\"\xff\"}",
					     " ",
					     "{\"line\":\"ab\",\"line\":\"cd\"}" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		check_wrong(json(state, table, str_from(texts[i])), "bad_json", NULL,
			    texts[i]);
	}
}

static void malformed_queries_are_refused(void **state)
{
	static const char *const texts[] = { "line=%",     "line=%4",    "line=%zz",
					     "line=%00ab", "line=%ffab", "%=1",
					     "line=ab%c3", "l%00=1",     "line=%+1",
					     "line=%-1" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		check_wrong(query(state, table, str_from(texts[i])), "bad_query", NULL,
			    texts[i]);
	}
	check_wrong(query(state, table, STR("line=ab&line=ab")), "duplicate_field",
		    "line", "twice");
	check_wrong(query(state, table, STR("number=1&n%75mber=2")), "duplicate_field",
		    "number", "twice");
}

static void empty_pieces_of_a_query_are_nothing(void **state)
{
	struct outcome o = query(state, table, STR("&&number=7&&"));

	assert_int_equal(o.result, OK);
	assert_int_equal(o.in.number, 7);
	check_wrong(query(state, table, STR("number=")), "bad_field", "number", "empty");
	check_wrong(query(state, table, STR("number")), "bad_field", "number", "bare");
	o = query(state, table, STR("secret=a=b=c"));
	assert_int_equal(o.result, OK);
	assert_str(o.in.secret, "a=b=c");
}

static void numbers_of_a_query_are_plain_digits(void **state)
{
	static const char *const texts[] = {
		"number=0",   "number=101",  "number=1.0", "number=+1",
		"number=1e1", "number=%201", "number=0x1", "number=99999999999999999999",
		"flag=2",     "flag=yes",    "flag=",      "choice=1"
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct str rest = str_from(texts[i]);
		struct str name = str_split(&rest, '=');
		check_wrong(query(state, table, str_from(texts[i])), "bad_field",
			    str_dupz(*state, name), texts[i]);
	}
	assert_int_equal(query(state, table, STR("flag=true")).in.flag, 1);
	assert_int_equal(query(state, table, STR("flag=false")).in.flag, 0);
	assert_int_equal(query(state, table, STR("flag=1")).in.flag, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(nothing_given_is_absent),
		WITH_MEM(null_is_as_if_it_was_not_given),
		WITH_MEM(every_type_is_read_from_json),
		WITH_MEM(every_type_but_lists_is_read_from_a_query),
		WITH_MEM(an_empty_list_is_given),
		WITH_MEM(a_value_of_another_type_is_refused),
		WITH_MEM(a_value_that_may_not_be_is_refused),
		WITH_MEM(lengths_are_in_the_unit_of_their_type),
		WITH_MEM(times_are_rfc3339_in_utc),
		WITH_MEM(what_is_required_must_be_there),
		WITH_MEM(what_is_not_known_is_refused),
		WITH_MEM(malformed_json_is_told_from_wrong_fields),
		WITH_MEM(malformed_queries_are_refused),
		WITH_MEM(empty_pieces_of_a_query_are_nothing),
		WITH_MEM(numbers_of_a_query_are_plain_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
