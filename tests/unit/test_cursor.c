/* test_cursor.c - cursors as text, and whose rooms are in sight along the log. */
#include "check.h"

#include "chat/event.h"
#include "chat/log.h"

static void a_cursor_reads_back_as_it_was_written(void **state)
{
	static const int64_t positions[] = { 0, 1, 42, INT64_C(9007199254740993),
					     INT64_MAX };
	static const char *const epochs[] = { "a", "0f3e5d7c9b1a",
					      "0123456789abcdef0123456789abcdef" };
	char text[LOG_CURSOR_SIZE];

	(void)state;
	for (size_t e = 0; e < sizeof epochs / sizeof *epochs; e++) {
		for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
			struct str epoch, cursor;
			int64_t position;
			cursor =
				log_cursor_write(str_from(epochs[e]), positions[i], text);
			assert_true(cursor.len < LOG_CURSOR_SIZE);
			assert_true(log_cursor_read(cursor, &epoch, &position));
			assert_str(epoch, epochs[e]);
			assert_true(position == positions[i]);
		}
	}
	assert_str(log_cursor_write(STR("abc"), 42, text), "abc.42");
}

static void what_a_hub_adds_behind_the_position_is_left_unread(void **state)
{
	struct str epoch;
	int64_t position;

	(void)state;
	assert_true(log_cursor_read(STR("abc.42-7.8-x"), &epoch, &position));
	assert_str(epoch, "abc");
	assert_int_equal(position, 42);
	assert_true(log_cursor_read(STR("abc.42-"), &epoch, &position));
	assert_false(log_cursor_read(STR("abc.-42"), &epoch, &position));
}

static void what_is_no_cursor_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"abc",
		"abc.",
		".42",
		".",
		"abc.-1",
		"abc.x",
		"abc.1.2",
		"abc.+1",
		"abc. 1",
		"abc.1 ",
		"42",
		"abc.9223372036854775808",
		"abc.99999999999999999999",
		"0123456789abcdef0123456789abcdef0.1", /* an epoch too long */
		"0123456789abcdef0123456789abcdef.000000000000000000000000000000000001",
	};
	struct str epoch;
	int64_t position = 7;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (log_cursor_read(str_from(wrong[i]), &epoch, &position)) {
			fail_msg("%s was taken", wrong[i]);
		}
		assert_int_equal(position, 7);
	}
	assert_false(log_cursor_read(STR_NONE, &epoch, &position));
}

static void resumes_have_names(void **state)
{
	(void)state;
	assert_str(log_resume_name(LOG_EXACT), "exact");
	assert_str(log_resume_name(LOG_RESET), "reset");
	assert_str(log_resume_name(LOG_START), "start");
}

enum { ME = 3, OTHER = 4 };

static bool sees(void **state, struct log_sight *s, int64_t room, enum event_type type,
		 int64_t subject)
{
	return log_sight_sees(*state, s, ME, room, type, subject);
}

static void only_events_of_own_rooms_are_seen(void **state)
{
	struct log_sight s = { 0 };

	assert_false(sees(state, &s, 7, EVENT_MESSAGE, DB_NULL));
	log_sight_add(*state, &s, 7);
	assert_true(sees(state, &s, 7, EVENT_MESSAGE, DB_NULL));
	assert_false(sees(state, &s, 8, EVENT_MESSAGE, DB_NULL));
}

static void ones_own_join_opens_the_room_and_is_seen(void **state)
{
	struct log_sight s = { 0 };

	assert_false(sees(state, &s, 7, EVENT_JOIN, OTHER));
	assert_false(sees(state, &s, 7, EVENT_MESSAGE, DB_NULL));
	assert_true(sees(state, &s, 7, EVENT_JOIN, ME));
	assert_true(sees(state, &s, 7, EVENT_MESSAGE, DB_NULL));
	assert_true(sees(state, &s, 7, EVENT_JOIN, OTHER));
}

static void ones_own_leave_is_the_last_that_is_seen(void **state)
{
	struct log_sight s = { 0 };

	log_sight_add(*state, &s, 7);
	assert_true(sees(state, &s, 7, EVENT_LEAVE, OTHER));
	assert_true(sees(state, &s, 7, EVENT_MESSAGE, DB_NULL));
	assert_true(sees(state, &s, 7, EVENT_LEAVE, ME));
	assert_false(sees(state, &s, 7, EVENT_MESSAGE, DB_NULL));
	/* A second one is none of ours any more. */
	assert_false(sees(state, &s, 7, EVENT_LEAVE, ME));
	assert_true(sees(state, &s, 7, EVENT_JOIN, ME));
}

/* A change of role has a subject as well, and lets nobody in or out. */
static void other_events_with_a_subject_change_nothing(void **state)
{
	struct log_sight s = { 0 };

	assert_false(sees(state, &s, 7, EVENT_ROLE, ME));
	assert_false(sees(state, &s, 7, EVENT_MESSAGE, DB_NULL));
	log_sight_add(*state, &s, 7);
	assert_true(sees(state, &s, 7, EVENT_ROLE, ME));
	assert_true(sees(state, &s, 7, EVENT_PROFILE, ME));
	assert_true(sees(state, &s, 7, EVENT_MESSAGE, DB_NULL));
}

static void rooms_come_and_go_as_in_a_plain_set(void **state)
{
	enum { ROOMS = 60 };
	bool in[ROOMS] = { 0 };
	struct log_sight s = { 0 };
	uint64_t random = 99;

	for (int i = 0; i < 5000; i++) {
		int64_t room = (int64_t)(next_random(&random) % ROOMS);
		if (next_random(&random) % 2) {
			log_sight_add(*state, &s, room);
			in[room] = true;
		} else {
			log_sight_drop(&s, room);
			in[room] = false;
		}
		size_t count = 0;
		for (int r = 0; r < ROOMS; r++) {
			assert_int_equal(sees(state, &s, r, EVENT_MESSAGE, DB_NULL),
					 in[r]);
			count += in[r];
		}
		assert_int_equal(s.count, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cursor_reads_back_as_it_was_written),
		cmocka_unit_test(what_a_hub_adds_behind_the_position_is_left_unread),
		cmocka_unit_test(what_is_no_cursor_is_refused),
		cmocka_unit_test(resumes_have_names),
		WITH_MEM(only_events_of_own_rooms_are_seen),
		WITH_MEM(ones_own_join_opens_the_room_and_is_seen),
		WITH_MEM(ones_own_leave_is_the_last_that_is_seen),
		WITH_MEM(other_events_with_a_subject_change_nothing),
		WITH_MEM(rooms_come_and_go_as_in_a_plain_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
