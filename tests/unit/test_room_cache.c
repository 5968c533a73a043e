/* test_room_cache.c - what rooms show to all, for those with long lists. */
#include "check.h"

#include "chat/room.h"
#include "chat/room_cache.h"

static struct room_cache *cache_of(void **state)
{
	struct room_cache *cache = room_cache_create(*state);

	room_cache_enter(cache, STR("epoch"));
	return cache;
}

static void a_room_is_known_at_its_last_change(void **state)
{
	struct room_cache *cache = cache_of(state);
	struct room room = { .id = 1, .last_seq = 5, .newest = 4 };

	room_cache_put(cache, &room, STR("\"id\":1"));
	assert_true(str_eq(room_cache_get(cache, &room), STR("\"id\":1")));
	room.newest = 0;
	assert_null(room_cache_get(cache, &room).ptr);
	room.newest = 4;
	room.last_seq = 6;
	assert_null(room_cache_get(cache, &room).ptr);
}

static void it_serves_those_with_long_lists(void **state)
{
	struct room_cache *cache = cache_of(state);

	assert_false(room_cache_serves(cache, 1));
	room_cache_note(cache, 1, 500);
	room_cache_note(cache, 2, 10);
	assert_true(room_cache_serves(cache, 1));
	assert_false(room_cache_serves(cache, 2));
	room_cache_note(cache, 1, 10);
	assert_false(room_cache_serves(cache, 1));
	for (int64_t user = 1; user <= 100000; user++) {
		room_cache_note(cache, user, 500);
		assert_true(room_cache_serves(cache, user));
	}
	assert_false(room_cache_serves(cache, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(a_room_is_known_at_its_last_change),
		WITH_MEM(it_serves_those_with_long_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
