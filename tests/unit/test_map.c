/* test_map.c - the hash table against a naive model of it. */
#include "check.h"

#include "base/map.h"

#define KEYS 200

static int values[KEYS];

static void an_empty_map_has_nothing(void **state)
{
	struct map m = { 0 };

	(void)state;
	assert_null(map_get(&m, 0));
	map_remove(&m, 1);
	assert_int_equal(m.count, 0);
	map_finish(&m);
}

static void every_number_is_a_key(void **state)
{
	static const int64_t keys[] = { 0, 1, -1, INT64_MAX, INT64_MIN, 1LL << 32 };
	struct map m = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		map_put(&m, keys[i], &values[i]);
	}
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		assert_ptr_equal(map_get(&m, keys[i]), &values[i]);
	}
	assert_int_equal(m.count, sizeof keys / sizeof *keys);
	map_finish(&m);
	assert_null(map_get(&m, 0));
}

static void a_second_value_takes_the_place_of_the_first(void **state)
{
	struct map m = { 0 };

	(void)state;
	map_put(&m, 7, &values[0]);
	map_put(&m, 7, &values[1]);
	assert_ptr_equal(map_get(&m, 7), &values[1]);
	assert_int_equal(m.count, 1);
	map_remove(&m, 7);
	assert_null(map_get(&m, 7));
	assert_int_equal(m.count, 0);
	map_finish(&m);
}

static void check_against(const struct map *m, const int *const *model)
{
	size_t count = 0;

	for (size_t i = 0; i < KEYS; i++) {
		assert_ptr_equal(map_get(m, (int64_t)i), model[i]);
		count += model[i] != NULL;
	}
	assert_int_equal(m->count, count);
}

/* Puts and removes below `keys`, so that the table is ever more or less crowded. */
static void churn(uint64_t seed, size_t keys)
{
	const int *model[KEYS] = { 0 };
	struct map m = { 0 };

	for (int i = 0; i < 3000; i++) {
		size_t key = next_random(&seed) % keys;
		if (next_random(&seed) % 100 < 55) {
			map_put(&m, (int64_t)key, &values[i % KEYS]);
			model[key] = &values[i % KEYS];
		} else {
			map_remove(&m, (int64_t)key);
			model[key] = NULL;
		}
		if (i % 10 == 0) {
			check_against(&m, model);
		}
	}
	check_against(&m, model);
	map_finish(&m);
}

static void a_map_does_what_a_plain_array_does(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		churn(seed, 12);
		churn(seed, 24);
		churn(seed, KEYS);
	}
}

/* The slot a key goes to in an otherwise empty table of 16. */
static size_t slot_of(int64_t key)
{
	struct map m = { 0 };
	size_t i = 0;

	map_put(&m, key, &values[0]);
	assert_int_equal(m.cap, 16);
	while (!m.slots[i].value) {
		i++;
	}
	map_finish(&m);
	return i;
}

/* count keys whose slot is one of the last two. */
static void keys_at_the_end(int64_t *keys, size_t count)
{
	for (int64_t key = 1; count; key++) {
		if (slot_of(key) >= 14) {
			keys[--count] = key;
		}
	}
}

static void removing_closes_holes_across_the_tables_end(void **state)
{
	enum { N = 6 };
	int64_t keys[N];

	(void)state;
	keys_at_the_end(keys, N);
	for (unsigned removed = 0; removed < 1u << N; removed++) {
		struct map m = { 0 };
		for (size_t i = 0; i < N; i++) {
			map_put(&m, keys[i], &values[i]);
		}
		map_put(&m, 1000, &values[N]);
		assert_int_equal(m.cap, 16);
		for (size_t i = 0; i < N; i++) {
			if (removed & 1u << i) {
				map_remove(&m, keys[i]);
			}
		}
		for (size_t i = 0; i < N; i++) {
			assert_ptr_equal(map_get(&m, keys[i]),
					 removed & 1u << i ? NULL : &values[i]);
		}
		assert_ptr_equal(map_get(&m, 1000), &values[N]);
		map_finish(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(every_number_is_a_key),
		cmocka_unit_test(a_second_value_takes_the_place_of_the_first),
		cmocka_unit_test(a_map_does_what_a_plain_array_does),
		cmocka_unit_test(removing_closes_holes_across_the_tables_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
