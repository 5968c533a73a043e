/* test_room_cache.c - what rooms show to all: known as of their last change, or not. */
#include "check.h"

#include "chat/room.h"
#include "chat/room_cache.h"

static struct room room(int64_t id, int64_t last_seq, int64_t newest)
{
	return (struct room){ .id = id, .last_seq = last_seq, .newest = newest };
}

static struct room_cache *cache_of(void **state)
{
	struct room_cache *cache = room_cache_create(*state);

	room_cache_enter(cache, STR("epoch"));
	return cache;
}

static void put(struct room_cache *cache, struct room r, struct str text)
{
	room_cache_put(cache, &r, text);
}

static struct str get(const struct room_cache *cache, struct room r)
{
	return room_cache_get(cache, &r);
}

static void a_room_is_known_at_its_last_change(void **state)
{
	struct room_cache *cache = cache_of(state);

	assert_null(get(cache, room(1, 5, 4)).ptr);
	put(cache, room(1, 5, 4), STR("\"id\":1"));
	put(cache, room(2, 5, 4), STR("\"id\":2"));
	assert_true(str_eq(get(cache, room(1, 5, 4)), STR("\"id\":1")));
	assert_true(str_eq(get(cache, room(2, 5, 4)), STR("\"id\":2")));
	assert_null(get(cache, room(3, 5, 4)).ptr);
}

static void an_event_or_a_message_gone_makes_it_unknown(void **state)
{
	struct room_cache *cache = cache_of(state);

	put(cache, room(1, 5, 4), STR("old"));
	assert_null(get(cache, room(1, 6, 4)).ptr);
	assert_null(get(cache, room(1, 4, 4)).ptr);
	assert_null(get(cache, room(1, 5, 0)).ptr);
	put(cache, room(1, 6, 6), STR("new"));
	assert_null(get(cache, room(1, 5, 4)).ptr);
	assert_true(str_eq(get(cache, room(1, 6, 6)), STR("new")));
}

static void another_epoch_knows_nothing(void **state)
{
	struct room_cache *cache = cache_of(state);

	put(cache, room(1, 5, 4), STR("text"));
	room_cache_enter(cache, STR("epoch"));
	assert_non_null(get(cache, room(1, 5, 4)).ptr);
	room_cache_enter(cache, STR("other"));
	assert_null(get(cache, room(1, 5, 4)).ptr);
	room_cache_enter(cache, STR("epoch"));
	assert_null(get(cache, room(1, 5, 4)).ptr);
}

/* 16 MiB go through one room, of which the last counts; and no more is kept than fits. */
static void what_is_too_much_is_not_kept_and_makes_room_for_the_next(void **state)
{
	struct room_cache *cache = cache_of(state);
	struct str text = { talloc_zero_size(*state, 1 << 20), 1 << 20 };

	for (int64_t i = 1; i <= 16; i++) {
		put(cache, room(1, i, i), text);
		room_cache_enter(cache, STR("epoch"));
	}
	for (int64_t i = 2; i <= 5; i++) {
		assert_non_null(get(cache, room(1, 16, 16)).ptr);
		put(cache, room(i, 1, 1), text);
	}
	assert_non_null(get(cache, room(4, 1, 1)).ptr);
	assert_null(get(cache, room(5, 1, 1)).ptr);
	room_cache_enter(cache, STR("epoch"));
	assert_null(get(cache, room(4, 1, 1)).ptr);
	assert_null(get(cache, room(1, 16, 16)).ptr);
	put(cache, room(5, 1, 1), text);
	assert_non_null(get(cache, room(5, 1, 1)).ptr);
}

static void nothing_is_kept_before_an_epoch_is_known(void **state)
{
	struct room_cache *cache = room_cache_create(*state);

	put(cache, room(1, 5, 4), STR("text"));
	assert_null(get(cache, room(1, 5, 4)).ptr);
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
		WITH_MEM(an_event_or_a_message_gone_makes_it_unknown),
		WITH_MEM(another_epoch_knows_nothing),
		WITH_MEM(what_is_too_much_is_not_kept_and_makes_room_for_the_next),
		WITH_MEM(nothing_is_kept_before_an_epoch_is_known),
		WITH_MEM(it_serves_those_with_long_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
