/* test_json.c - JSON out: commas, keys and values where they belong. */
#include "check.h"

#include "base/json.h"

static void objects_and_arrays_nest_with_their_commas(void **state)
{
	struct buf b;
	buf_init(&b, *state, 1000);
	struct json j = json_into(&b);

	json_open_object(&j);
	json_put_int(&j, "a", 1);
	json_key(&j, "list");
	json_open_array(&j);
	json_add_int(&j, 1);
	json_open_array(&j);
	json_close_array(&j);
	json_open_object(&j);
	json_close_object(&j);
	json_add_bool(&j, true);
	json_close_array(&j);
	json_put_bool(&j, "b", false);
	json_key(&j, "o");
	json_open_object(&j);
	json_put_null(&j, "n");
	json_close_object(&j);
	json_close_object(&j);
	assert_str(buf_str(&b),
		   "{\"a\":1,\"list\":[1,[],{},true],\"b\":false,\"o\":{\"n\":null}}");
}

static void no_text_is_null_and_empty_text_is_not(void **state)
{
	struct buf b;
	buf_init(&b, *state, 1000);
	struct json j = json_into(&b);

	json_open_array(&j);
	json_add_str(&j, STR_NONE);
	json_add_str(&j, STR(""));
	json_add_str(&j, STR("\"x\""));
	json_add_null(&j);
	json_add_raw(&j, STR("{\"raw\":1}"));
	json_add_raw(&j, STR("2"));
	json_close_array(&j);
	assert_str(buf_str(&b), "[null,\"\",\"\\\"x\\\"\",null,{\"raw\":1},2]");
}

static void times_are_rfc3339_and_never_is_null(void **state)
{
	struct buf b;
	buf_init(&b, *state, 1000);
	struct json j = json_into(&b);

	json_open_object(&j);
	json_put_time(&j, "t", INT64_C(1795338000123));
	json_put_time(&j, "never", 0);
	json_put_time(&j, "before", -1);
	json_put_str(&j, "s", STR("x"));
	json_close_object(&j);
	assert_str(buf_str(&b), "{\"t\":\"2026-11-22T09:00:00.123Z\",\"never\":null,"
				"\"before\":null,\"s\":\"x\"}");
}

static void what_passes_the_ceiling_marks_the_buffer(void **state)
{
	struct buf b;
	buf_init(&b, *state, 10);
	struct json j = json_into(&b);

	json_open_array(&j);
	for (int i = 0; i < 100; i++) {
		json_add_int(&j, i);
	}
	json_close_array(&j);
	assert_true(b.full);
	assert_true(b.len <= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(objects_and_arrays_nest_with_their_commas),
		WITH_MEM(no_text_is_null_and_empty_text_is_not),
		WITH_MEM(times_are_rfc3339_and_never_is_null),
		WITH_MEM(what_passes_the_ceiling_marks_the_buffer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
