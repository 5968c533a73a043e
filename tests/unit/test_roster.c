/* test_roster.c - who is in which room, against a plain matrix. */
#include "check.h"

#include "hub/roster.h"

#define PEOPLE 12
#define ROOMS 15

static void finish(struct roster *r)
{
	for (int64_t user = 0; user <= PEOPLE; user++) {
		struct person *p = roster_person(r, user);
		if (p) {
			roster_remove(r, p);
		}
	}
	assert_int_equal(r->people.count, 0);
	assert_int_equal(r->places.count, 0);
	map_finish(&r->people);
	map_finish(&r->places);
}

static void an_empty_roster_has_nobody(void **state)
{
	struct roster r = { 0 };

	(void)state;
	assert_null(roster_person(&r, 1));
	assert_null(roster_place(&r, 1));
	finish(&r);
}

static void joining_is_seen_from_both_sides(void **state)
{
	struct roster r = { 0 };
	struct person *p = roster_add(&r, 3);

	(void)state;
	assert_ptr_equal(roster_person(&r, 3), p);
	assert_false(roster_is_in(p, 7));
	roster_join(&r, p, 7);
	assert_true(roster_is_in(p, 7));
	assert_int_equal(roster_place(&r, 7)->count, 1);
	assert_ptr_equal(roster_place(&r, 7)->people[0], p);
	finish(&r);
}

static void joining_twice_and_leaving_twice_are_once(void **state)
{
	struct roster r = { 0 };
	struct person *p = roster_add(&r, 3);

	(void)state;
	roster_join(&r, p, 7);
	roster_join(&r, p, 7);
	assert_int_equal(roster_place(&r, 7)->count, 1);
	roster_leave(&r, p, 7);
	roster_leave(&r, p, 7);
	roster_leave(&r, p, 8);
	assert_null(roster_place(&r, 7));
	assert_false(roster_is_in(p, 7));
	finish(&r);
}

static void whoever_is_removed_leaves_every_room(void **state)
{
	struct roster r = { 0 };
	struct person *p = roster_add(&r, 3), *q = roster_add(&r, 4);

	(void)state;
	roster_join(&r, p, 7);
	roster_join(&r, p, 8);
	roster_join(&r, q, 8);
	roster_remove(&r, p);
	assert_null(roster_person(&r, 3));
	assert_null(roster_place(&r, 7));
	assert_int_equal(roster_place(&r, 8)->count, 1);
	assert_ptr_equal(roster_place(&r, 8)->people[0], q);
	finish(&r);
}

static bool is_among(const struct place *place, const struct person *p)
{
	for (uint32_t i = 0; place && i < place->count; i++) {
		if (place->people[i] == p) {
			return true;
		}
	}
	return false;
}

static void check_against(const struct roster *r, const bool in[PEOPLE][ROOMS])
{
	for (int room = 0; room < ROOMS; room++) {
		uint32_t count = 0;
		const struct place *place = roster_place(r, room);
		for (int user = 0; user < PEOPLE; user++) {
			struct person *p = roster_person(r, user);
			assert_int_equal(p && roster_is_in(p, room), in[user][room]);
			assert_int_equal(p && is_among(place, p), in[user][room]);
			count += in[user][room];
		}
		assert_int_equal(place ? place->count : 0, count);
		assert_true(!place || place->count > 0);
	}
}

static void a_roster_does_what_a_plain_matrix_does(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		bool in[PEOPLE][ROOMS] = { 0 };
		struct roster r = { 0 };
		uint64_t random = seed;
		for (int i = 0; i < 1500; i++) {
			int64_t user = (int64_t)(next_random(&random) % PEOPLE);
			int64_t room = (int64_t)(next_random(&random) % ROOMS);
			struct person *p = roster_person(&r, user);
			p = p ? p : roster_add(&r, user);
			uint64_t what = next_random(&random) % 100;
			if (what < 60) {
				roster_join(&r, p, room);
				in[user][room] = true;
			} else if (what < 97) {
				roster_leave(&r, p, room);
				in[user][room] = false;
			} else {
				roster_remove(&r, p);
				memset(in[user], 0, sizeof in[user]);
			}
			check_against(&r, in);
		}
		finish(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_roster_has_nobody),
		cmocka_unit_test(joining_is_seen_from_both_sides),
		cmocka_unit_test(joining_twice_and_leaving_twice_are_once),
		cmocka_unit_test(whoever_is_removed_leaves_every_room),
		cmocka_unit_test(a_roster_does_what_a_plain_matrix_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
