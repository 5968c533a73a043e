/* test_page_cache.c - pages of newest messages: asked about where they stay the same. */
#include "check.h"

#include "chat/page_cache.h"

static const struct page_key key = { .room = 7, .limit = 50 };
static const struct as_of now = { .last_seq = 9, .edge = 2 };

static struct str ask(struct page_cache *cache, struct page_key which)
{
	return page_cache_get(cache, STR("epoch"), which, now);
}

static void a_page_is_asked_about_once_it_was_the_same_twice(void **state)
{
	struct page_cache *cache = page_cache_create(*state);

	assert_false(page_cache_serves(cache, key));
	page_cache_note(cache, key, 9);
	assert_false(page_cache_serves(cache, key));
	page_cache_note(cache, key, 9);
	assert_true(page_cache_serves(cache, key));
	page_cache_note(cache, key, 10);
	assert_false(page_cache_serves(cache, key));
}

static void what_was_asked_in_vain_has_to_be_the_same_twice_again(void **state)
{
	struct page_cache *cache = page_cache_create(*state);

	page_cache_note(cache, key, 9);
	page_cache_note(cache, key, 9);
	assert_null(ask(cache, key).ptr);
	page_cache_note(cache, key, 9);
	assert_false(page_cache_serves(cache, key));
	page_cache_note(cache, key, 9);
	assert_true(page_cache_serves(cache, key));
}

static void a_page_that_is_known_goes_on_being_asked_about(void **state)
{
	struct page_cache *cache = page_cache_create(*state);

	page_cache_note(cache, key, 9);
	page_cache_note(cache, key, 9);
	assert_null(ask(cache, key).ptr);
	page_cache_put(cache, key, now, STR("{}"));
	page_cache_note(cache, key, 9);
	page_cache_note(cache, key, 9);
	for (int i = 0; i < 3; i++) {
		assert_true(page_cache_serves(cache, key));
		assert_true(str_eq(ask(cache, key), STR("{}")));
	}
}

static void pages_of_other_rooms_and_lengths_are_others(void **state)
{
	struct page_cache *cache = page_cache_create(*state);

	assert_null(ask(cache, key).ptr);
	page_cache_put(cache, key, now, STR("{}"));
	assert_null(ask(cache, (struct page_key){ 7, 49 }).ptr);
	assert_null(ask(cache, (struct page_key){ 8, 50 }).ptr);
	assert_null(ask(cache, (struct page_key){ 6, 200 }).ptr);
	assert_non_null(ask(cache, key).ptr);
	assert_null(page_cache_get(cache, STR("other"), key, now).ptr);
}

static void it_keeps_no_more_in_mind_than_fits(void **state)
{
	struct page_cache *cache = page_cache_create(*state);

	for (int64_t room = 1; room <= 100000; room++) {
		struct page_key each = { room, 50 };
		page_cache_note(cache, each, 9);
		page_cache_note(cache, each, 9);
		assert_true(page_cache_serves(cache, each));
	}
	assert_false(page_cache_serves(cache, (struct page_key){ 1, 50 }));
	assert_true(talloc_total_size(cache) < 1 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(a_page_is_asked_about_once_it_was_the_same_twice),
		WITH_MEM(what_was_asked_in_vain_has_to_be_the_same_twice_again),
		WITH_MEM(a_page_that_is_known_goes_on_being_asked_about),
		WITH_MEM(pages_of_other_rooms_and_lengths_are_others),
		WITH_MEM(it_keeps_no_more_in_mind_than_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
