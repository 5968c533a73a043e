/* test_gaps.c - ids drawn but not seen, against a plain set. */
#include "check.h"

#include "hub/gaps.h"

#define IDS 400

static void check_list(const struct gaps *g, const int64_t (*want)[2], size_t n)
{
	assert_int_equal(g->count, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(g->list[i].low, want[i][0]);
		assert_int_equal(g->list[i].high, want[i][1]);
	}
}

static void an_empty_list_has_no_id(void **state)
{
	struct gaps g = { 0 };

	(void)state;
	assert_false(gaps_take(&g, 1));
	gaps_finish(&g);
}

static void taking_from_the_middle_leaves_both_ends(void **state)
{
	struct gaps g = { 0 };

	(void)state;
	gaps_add(&g, 10, 20);
	g.list[0].empty_since = 7;
	assert_true(gaps_take(&g, 15));
	check_list(&g, (const int64_t[][2]){ { 10, 14 }, { 16, 20 } }, 2);
	assert_int_equal(g.list[0].empty_since, 7);
	assert_int_equal(g.list[1].empty_since, 7);
	assert_false(gaps_take(&g, 15));
	assert_true(gaps_take(&g, 10));
	assert_true(gaps_take(&g, 20));
	check_list(&g, (const int64_t[][2]){ { 11, 14 }, { 16, 19 } }, 2);
	gaps_finish(&g);
}

static void the_last_id_takes_the_gap_with_it(void **state)
{
	struct gaps g = { 0 };

	(void)state;
	gaps_add(&g, 3, 3);
	gaps_add(&g, 7, 8);
	assert_false(gaps_take(&g, 2));
	assert_false(gaps_take(&g, 5));
	assert_false(gaps_take(&g, 9));
	assert_true(gaps_take(&g, 3));
	check_list(&g, (const int64_t[][2]){ { 7, 8 } }, 1);
	gaps_remove(&g, 0);
	assert_int_equal(g.count, 0);
	gaps_finish(&g);
}

/* The list must be the runs of the set, in order; adjoining gaps may be two. */
static void check_against(const struct gaps *g, const char *missing)
{
	char found[IDS] = { 0 };

	for (size_t i = 0; i < g->count; i++) {
		const struct gap *p = &g->list[i];
		assert_true(p->low <= p->high);
		assert_true(i == 0 || g->list[i - 1].high < p->low);
		memset(found + p->low, 1, (size_t)(p->high - p->low) + 1);
	}
	assert_memory_equal(found, missing, IDS);
}

static void ids_are_taken_as_from_a_plain_set(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		uint64_t random = seed;
		char missing[IDS] = { 0 };
		struct gaps g = { 0 };
		int64_t end = 0;
		for (int i = 0; i < 1000; i++) {
			int64_t skip = 1 + (int64_t)(next_random(&random) % 12);
			int64_t id = (int64_t)(next_random(&random) % IDS);
			if (next_random(&random) % 4 == 0 && end + skip < IDS) {
				gaps_add(&g, end + 1, end + skip);
				memset(missing + end + 1, 1, (size_t)skip);
				end += skip + 1 + (int64_t)(next_random(&random) % 2);
			} else if (g.count && next_random(&random) % 50 == 0) {
				size_t at = next_random(&random) % g.count;
				memset(missing + g.list[at].low, 0,
				       (size_t)(g.list[at].high - g.list[at].low) + 1);
				gaps_remove(&g, at);
			} else {
				assert_int_equal(gaps_take(&g, id), missing[id]);
				missing[id] = 0;
			}
			check_against(&g, missing);
		}
		gaps_finish(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_list_has_no_id),
		cmocka_unit_test(taking_from_the_middle_leaves_both_ends),
		cmocka_unit_test(the_last_id_takes_the_gap_with_it),
		cmocka_unit_test(ids_are_taken_as_from_a_plain_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
