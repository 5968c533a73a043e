/* test_text_cache.c - what was written of rooms: known of one state of each, or not. */
#include "check.h"

#include "chat/text_cache.h"

#define MIB ((size_t)1 << 20)

static struct text_cache *cache_of(void **state)
{
	struct text_cache *cache = text_cache_create(*state, 4 * MIB);

	text_cache_enter(cache, STR("epoch"));
	return cache;
}

static struct as_of at(int64_t last_seq, int64_t edge)
{
	return (struct as_of){ .last_seq = last_seq, .edge = edge };
}

static void a_text_is_known_of_its_state(void **state)
{
	struct text_cache *cache = cache_of(state);

	assert_null(text_cache_get(cache, 1, at(5, 4)).ptr);
	text_cache_put(cache, 1, at(5, 4), STR("one"));
	text_cache_put(cache, 2, at(5, 4), STR("two"));
	assert_true(str_eq(text_cache_get(cache, 1, at(5, 4)), STR("one")));
	assert_true(str_eq(text_cache_get(cache, 2, at(5, 4)), STR("two")));
	assert_null(text_cache_get(cache, 3, at(5, 4)).ptr);
}

static void an_event_or_a_message_gone_makes_it_unknown(void **state)
{
	struct text_cache *cache = cache_of(state);

	text_cache_put(cache, 1, at(5, 4), STR("old"));
	assert_null(text_cache_get(cache, 1, at(6, 4)).ptr);
	assert_null(text_cache_get(cache, 1, at(4, 4)).ptr);
	assert_null(text_cache_get(cache, 1, at(5, 0)).ptr);
	text_cache_put(cache, 1, at(6, 6), STR("new"));
	assert_null(text_cache_get(cache, 1, at(5, 4)).ptr);
	assert_true(str_eq(text_cache_get(cache, 1, at(6, 6)), STR("new")));
}

static void another_epoch_knows_nothing(void **state)
{
	struct text_cache *cache = cache_of(state);

	text_cache_put(cache, 1, at(5, 4), STR("text"));
	text_cache_enter(cache, STR("epoch"));
	assert_non_null(text_cache_get(cache, 1, at(5, 4)).ptr);
	text_cache_enter(cache, STR("other"));
	assert_null(text_cache_get(cache, 1, at(5, 4)).ptr);
	text_cache_enter(cache, STR("epoch"));
	assert_null(text_cache_get(cache, 1, at(5, 4)).ptr);
}

/* 16 MiB go through one id, of which the last counts; and no more is kept than fits. */
static void what_is_too_much_is_not_kept_and_makes_room_for_the_next(void **state)
{
	struct text_cache *cache = cache_of(state);
	struct str text = { talloc_zero_size(*state, MIB), MIB };

	for (int64_t i = 1; i <= 16; i++) {
		text_cache_put(cache, 1, at(i, i), text);
		text_cache_enter(cache, STR("epoch"));
	}
	for (int64_t i = 2; i <= 5; i++) {
		assert_non_null(text_cache_get(cache, 1, at(16, 16)).ptr);
		text_cache_put(cache, i, at(1, 1), text);
	}
	assert_non_null(text_cache_get(cache, 4, at(1, 1)).ptr);
	assert_null(text_cache_get(cache, 5, at(1, 1)).ptr);
	text_cache_enter(cache, STR("epoch"));
	assert_null(text_cache_get(cache, 4, at(1, 1)).ptr);
	assert_null(text_cache_get(cache, 1, at(16, 16)).ptr);
	text_cache_put(cache, 5, at(1, 1), text);
	assert_non_null(text_cache_get(cache, 5, at(1, 1)).ptr);
}

static void one_large_text_is_not_kept_and_costs_the_others_nothing(void **state)
{
	struct text_cache *cache = cache_of(state);
	struct str text = { talloc_zero_size(*state, MIB + 1), MIB + 1 };

	text_cache_put(cache, 1, at(5, 4), STR("small"));
	text_cache_put(cache, 2, at(5, 4), text);
	text_cache_enter(cache, STR("epoch"));
	assert_null(text_cache_get(cache, 2, at(5, 4)).ptr);
	assert_non_null(text_cache_get(cache, 1, at(5, 4)).ptr);
}

static void nothing_is_kept_before_an_epoch_is_known(void **state)
{
	struct text_cache *cache = text_cache_create(*state, 4 * MIB);

	text_cache_put(cache, 1, at(5, 4), STR("text"));
	assert_null(text_cache_get(cache, 1, at(5, 4)).ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(a_text_is_known_of_its_state),
		WITH_MEM(an_event_or_a_message_gone_makes_it_unknown),
		WITH_MEM(another_epoch_knows_nothing),
		WITH_MEM(what_is_too_much_is_not_kept_and_makes_room_for_the_next),
		WITH_MEM(one_large_text_is_not_kept_and_costs_the_others_nothing),
		WITH_MEM(nothing_is_kept_before_an_epoch_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
