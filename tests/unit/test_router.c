/* test_router.c - which path a pattern stands for. */
#include "check.h"

#include "http/router.h"

struct match {
	int64_t ids[ROUTE_MAX_IDS];
	struct str token;
};

static bool match(const char *pattern, struct str path, struct match *m)
{
	*m = (struct match){ { -1, -1 }, STR_NONE };
	return router_match(pattern, path, m->ids, &m->token);
}

static bool matches(const char *pattern, const char *path)
{
	struct match m;
	return match(pattern, str_from(path), &m);
}

static void fixed_paths_match_themselves_alone(void **state)
{
	(void)state;
	assert_true(matches("api/v1/rooms", "api/v1/rooms"));
	assert_false(matches("api/v1/rooms", "api/v1/rooms/"));
	assert_false(matches("api/v1/rooms", "/api/v1/rooms"));
	assert_false(matches("api/v1/rooms", "api/v1/Rooms"));
	assert_false(matches("api/v1/rooms", "api/v1"));
	assert_false(matches("api/v1/rooms", "api/v1/rooms/1"));
	assert_false(matches("api/v1/rooms", "api//v1/rooms"));
	assert_false(matches("api/v1/rooms", "api/v1/room"));
	assert_false(matches("api/v1/rooms", ""));
	assert_false(match("api/v1/rooms", STR_NONE, &(struct match){ 0 }));
}

static void numbers_are_taken_in_order(void **state)
{
	struct match m;

	(void)state;
	assert_true(match("rooms/{id}/messages/{seq}", STR("rooms/7/messages/42"), &m));
	assert_int_equal(m.ids[0], 7);
	assert_int_equal(m.ids[1], 42);
	assert_true(match("rooms/{id}", STR("rooms/9007199254740991"), &m));
	assert_true(m.ids[0] == INT64_C(9007199254740991));
}

static void an_id_is_a_plain_positive_number(void **state)
{
	static const char *const wrong[] = {
		"rooms/",
		"rooms/0",
		"rooms/-1",
		"rooms/+1",
		"rooms/1a",
		"rooms/01",
		"rooms/1.0",
		"rooms/ 1",
		"rooms/x",
		"rooms/1/",
		"rooms/9007199254740992",
		"rooms/0x1",
		"rooms/00",
		"rooms/{id}",
		"rooms/%31",
		"rooms/99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (matches("rooms/{id}", wrong[i])) {
			fail_msg("%s matched", wrong[i]);
		}
	}
}

static void a_token_is_one_segment_of_safe_characters(void **state)
{
	struct match m;

	(void)state;
	assert_true(match("files/{token}", STR("files/aZ0_-"), &m));
	assert_str(m.token, "aZ0_-");
	assert_true(match("files/{token}/thumb", STR("files/x/thumb"), &m));
	assert_str(m.token, "x");
	assert_false(matches("files/{token}", "files/"));
	assert_false(matches("files/{token}", "files/a.b"));
	assert_false(matches("files/{token}", "files/.."));
	assert_false(matches("files/{token}", "files/a/b"));
	assert_false(matches("files/{token}", "files/a%2f"));
	assert_false(match("files/{token}", STR("files/a\0b"), &m));
}

static void more_ids_than_there_is_room_for_never_match(void **state)
{
	(void)state;
	assert_true(matches("{a}/{b}", "1/2"));
	assert_false(matches("{a}/{b}/{c}", "1/2/3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_paths_match_themselves_alone),
		cmocka_unit_test(numbers_are_taken_in_order),
		cmocka_unit_test(an_id_is_a_plain_positive_number),
		cmocka_unit_test(a_token_is_one_segment_of_safe_characters),
		cmocka_unit_test(more_ids_than_there_is_room_for_never_match),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
