/* test_log.c - how far the log is settled while transactions are open, and whose events
 * a reader who was away is given. */
#include "database.h"

#include "base/clock.h"
#include "base/log.h"
#include "chat/event.h"
#include "chat/log.h"

struct fixture {
	struct database database;
	struct db *db;
	MYSQL *other; /* whose transactions are left open */
};

static int setup(void **state)
{
	struct fixture *f = talloc_zero(NULL, struct fixture);

	*state = f;
	log_init("test", LOG_ERROR);
	database_create(&f->database, "palabre_test_log");
	database_migrate(&f->database);
	struct db_options options = { .cnf = f->database.cnf, .timeout_s = 5 };
	f->db = db_create(f, &options);
	f->other = sql_connect(f->database.cnf);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->other) {
		mysql_close(f->other);
	}
	database_destroy(&f->database);
	talloc_free(f);
	return 0;
}

/* Draws the next id, on whichever connection; it is returned. seq is the id, too. */
static int64_t draw(MYSQL *m, int64_t room)
{
	sql_run(m,
		"INSERT INTO event (room, type, actor, created_at) VALUES (%lld, 1, 1, "
		"1)",
		(long long)room);
	int64_t id = (int64_t)mysql_insert_id(m);
	sql_run(m, "UPDATE event SET seq = id WHERE id = %lld", (long long)id);
	return id;
}

static int64_t append(struct fixture *f)
{
	return draw(f->database.admin, 1);
}

static int64_t settled(struct fixture *f)
{
	struct log_place place;

	if (log_settled(f->db, f, &place) != OK) {
		fail_msg("log_settled: %s", db_error(f->db));
	}
	return place.settled;
}

/* Asks until it is settled up to id; the milliseconds that it took. */
static int64_t wait_until_settled(struct fixture *f, int64_t id)
{
	int64_t start = clock_monotonic_ms();

	while (settled(f) < id) {
		if (clock_monotonic_ms() - start > 10000) {
			fail_msg("not settled after 10 s");
		}
		usleep(10000);
	}
	assert_int_equal(settled(f), id);
	return clock_monotonic_ms() - start;
}

static void check_settled_for(struct fixture *f, int64_t id, int64_t ms)
{
	int64_t until = clock_monotonic_ms() + ms;

	do {
		assert_int_equal(settled(f), id);
		usleep(20000);
	} while (clock_monotonic_ms() < until);
}

static void an_empty_log_is_settled_where_it_begins(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(settled(f), 0);
}

static void what_is_committed_without_a_gap_is_settled_at_once(void **state)
{
	struct fixture *f = *state;
	struct log_place place;

	append(f);
	append(f);
	int64_t last = append(f);
	assert_int_equal(settled(f), last);
	assert_int_equal(log_mark_read(f->db, f, &place), OK);
	assert_int_equal(place.settled, last);
	assert_true(place.epoch.len > 0);
	last = append(f);
	assert_int_equal(settled(f), last);
}

static void an_open_transaction_holds_the_cursor_before_its_id(void **state)
{
	struct fixture *f = *state;
	int64_t before = append(f);

	sql_run(f->other, "BEGIN");
	int64_t open = draw(f->other, 2);
	int64_t last = append(f);
	assert_true(open == before + 1 && last == open + 1);
	check_settled_for(f, before, LOG_GAP_PATIENCE_MS + 700);
	sql_run(f->other, "COMMIT");
	assert_int_equal(settled(f), last);
}

static void an_id_rolled_back_is_passed_after_a_while(void **state)
{
	struct fixture *f = *state;
	int64_t before = append(f);

	sql_run(f->other, "BEGIN");
	draw(f->other, 2);
	int64_t last = append(f);
	assert_int_equal(settled(f), before);
	sql_run(f->other, "ROLLBACK");
	assert_in_range(wait_until_settled(f, last), LOG_GAP_PATIENCE_MS - 100,
			2 * LOG_GAP_PATIENCE_MS);
}

static void a_connection_that_dies_lets_the_cursor_pass(void **state)
{
	struct fixture *f = *state;

	append(f);
	sql_run(f->other, "BEGIN");
	draw(f->other, 2);
	int64_t last = append(f);
	mysql_close(f->other);
	f->other = NULL;
	assert_in_range(wait_until_settled(f, last), LOG_GAP_PATIENCE_MS - 100,
			3 * LOG_GAP_PATIENCE_MS);
}

/* A gap of which one part is void and another still open. */
static void a_gap_is_passed_only_when_all_of_it_is_void(void **state)
{
	struct fixture *f = *state;
	int64_t before = append(f);

	sql_run(f->other, "BEGIN");
	draw(f->other, 2);
	sql_run(f->other, "ROLLBACK");
	sql_run(f->other, "BEGIN");
	int64_t open = draw(f->other, 2);
	int64_t last = append(f);
	assert_int_equal(open, before + 2);
	check_settled_for(f, before, LOG_GAP_PATIENCE_MS + 700);
	sql_run(f->other, "COMMIT");
	wait_until_settled(f, last);
}

static void two_gaps_are_passed_one_after_the_other(void **state)
{
	struct fixture *f = *state;
	int64_t last = 0;

	append(f);
	for (int i = 0; i < 2; i++) {
		sql_run(f->other, "BEGIN");
		draw(f->other, 2);
		sql_run(f->other, "ROLLBACK");
		last = append(f);
	}
	assert_in_range(wait_until_settled(f, last), LOG_GAP_PATIENCE_MS - 100,
			4 * LOG_GAP_PATIENCE_MS);
}

static enum log_gap look(struct fixture *f, int64_t low, int64_t high)
{
	enum log_gap found;
	assert_int_equal(log_look_at_gap(f->db, f, low, high, &found), OK);
	return found;
}

static void a_gap_is_told_to_be_filled_locked_or_empty(void **state)
{
	struct fixture *f = *state;

	append(f);
	sql_run(f->other, "BEGIN");
	int64_t id = draw(f->other, 2);
	append(f);
	int64_t start = clock_monotonic_ms();
	assert_int_equal(look(f, id, id), LOG_GAP_LOCKED);
	assert_true(clock_monotonic_ms() - start < 500);
	sql_run(f->other, "ROLLBACK");
	assert_int_equal(look(f, id, id), LOG_GAP_EMPTY);
	assert_int_equal(look(f, id - 1, id), LOG_GAP_FILLED);
	/* Looking leaves no lock behind. */
	sql_run(f->other, "DELETE FROM event");
}

/* resume's verdict on a cursor, and the position it goes on from */
static enum log_resume resume(struct fixture *f, struct str cursor, int64_t *position)
{
	struct log_place place;
	enum log_resume verdict;

	assert_int_equal(log_settled(f->db, f, &place), OK);
	assert_int_equal(log_resume(f->db, f, cursor, &place, &verdict, position), OK);
	return verdict;
}

static void a_cursor_is_exact_only_within_the_log(void **state)
{
	struct fixture *f = *state;
	struct log_place place;
	char text[LOG_CURSOR_SIZE];
	int64_t at, last = 0;

	for (int i = 0; i < 10; i++) {
		last = append(f);
	}
	assert_int_equal(log_settled(f->db, f, &place), OK);
	for (int64_t id = 0; id <= last; id++) {
		assert_int_equal(resume(f, log_cursor_write(place.epoch, id, text), &at),
				 LOG_EXACT);
		assert_int_equal(at, id);
	}
	assert_int_equal(resume(f, STR_NONE, &at), LOG_START);
	assert_int_equal(at, last);
	assert_int_equal(resume(f, log_cursor_write(place.epoch, last + 1, text), &at),
			 LOG_RESET);
	assert_int_equal(at, last);
	assert_int_equal(resume(f, log_cursor_write(STR("other"), 3, text), &at),
			 LOG_RESET);
	assert_int_equal(resume(f, STR("nonsense"), &at), LOG_RESET);
	sql_run(f->database.admin, "UPDATE log_mark SET purged = 5");
	assert_int_equal(resume(f, log_cursor_write(place.epoch, 4, text), &at),
			 LOG_RESET);
	assert_int_equal(resume(f, log_cursor_write(place.epoch, 5, text), &at),
			 LOG_EXACT);
}

/* A reader of another host may be ahead of what this one has found settled. */
static void a_cursor_ahead_of_the_mark_but_in_the_log_is_exact(void **state)
{
	struct fixture *f = *state;
	struct log_place place;
	char text[LOG_CURSOR_SIZE];
	enum log_resume verdict;
	int64_t at;

	append(f);
	assert_int_equal(log_settled(f->db, f, &place), OK);
	int64_t later = append(f);
	assert_int_equal(log_resume(f->db, f, log_cursor_write(place.epoch, later, text),
				    &place, &verdict, &at),
			 OK);
	assert_int_equal(verdict, LOG_EXACT);
	assert_int_equal(at, later);
}

/* A log of joins, leaves and messages, and what each user is to see of it. */
enum { USERS = 4, ROOMS = 5, EVENTS = 300 };

struct model {
	bool in[USERS][ROOMS];
	bool seen[USERS][EVENTS + 1]; /* by id, which counts from 1 */
};

static void write_event(struct fixture *f, struct model *m, int64_t id, uint64_t *random)
{
	int user = (int)(next_random(random) % USERS);
	int room = (int)(next_random(random) % ROOMS);
	int type = EVENT_MESSAGE;
	MYSQL *db = f->database.admin;

	if (next_random(random) % 3 == 0) {
		type = m->in[user][room] ? EVENT_LEAVE : EVENT_JOIN;
	}
	m->in[user][room] |= type == EVENT_JOIN;
	for (int u = 0; u < USERS; u++) {
		m->seen[u][id] = m->in[u][room];
	}
	m->in[user][room] &= type != EVENT_LEAVE;
	sql_run(db,
		"INSERT INTO event (id, room, seq, type, actor, subject, created_at) "
		"VALUES (%lld, %d, %lld, %d, 1, %s%d, 1)",
		(long long)id, room + 1, (long long)id, type,
		type == EVENT_MESSAGE ? "NULL + " : "", user + 1);
	if (type == EVENT_JOIN) {
		sql_run(db,
			"INSERT INTO member (room, user, role, joined_at) "
			"VALUES (%d, %d, 0, 1)",
			room + 1, user + 1);
	} else if (type == EVENT_LEAVE) {
		sql_run(db, "DELETE FROM member WHERE room = %d AND user = %d", room + 1,
			user + 1);
	}
}

/* Reads from..to in pages; every event of the model must come once, in order. */
static void check_pages(struct fixture *f, const struct model *m, int user, int64_t from,
			int64_t to, size_t limit)
{
	int64_t position = from, next = from + 1;
	void *mem = talloc_new(f);

	while (position < to) {
		struct row_event *rows;
		size_t n;
		int64_t before = position;
		assert_int_equal(
			log_page(f->db, mem, user + 1, to, limit, &position, &rows, &n),
			OK);
		assert_true(position > before && position <= to && n <= limit);
		for (size_t i = 0; i < n; i++) {
			while (next < rows[i].id && !m->seen[user][next]) {
				next++;
			}
			if (rows[i].id != next || !m->seen[user][next]) {
				fail_msg(
					"user %d from %lld to %lld: %lld instead of %lld",
					user, (long long)from, (long long)to,
					(long long)rows[i].id, (long long)next);
			}
			next++;
		}
		for (; next <= position; next++) {
			if (m->seen[user][next]) {
				fail_msg("user %d from %lld to %lld: %lld is missing",
					 user, (long long)from, (long long)to,
					 (long long)next);
			}
		}
	}
	talloc_free(mem);
}

static void who_was_away_is_given_what_was_in_sight_then(void **state)
{
	struct fixture *f = *state;
	struct model *m = talloc_zero(f, struct model);
	uint64_t random = 4711;

	for (int64_t id = 1; id <= EVENTS; id++) {
		write_event(f, m, id, &random);
	}
	for (int i = 0; i < 300; i++) {
		int64_t from = (int64_t)(next_random(&random) % EVENTS);
		/* Half of the time not up to the end: the log has grown since. */
		int64_t to = i % 2 ? EVENTS
				   : from + (int64_t)(next_random(&random) %
						      (uint64_t)(EVENTS - from + 1));
		size_t limit = 1 + next_random(&random) % 40;
		check_pages(f, m, i % USERS, from, to, i % 3 ? limit : 1000);
	}
}

/* Ids that jump, as after a restart or in a cluster: an empty stretch is passed, too. */
static void long_stretches_without_events_are_passed(void **state)
{
	struct fixture *f = *state;
	int64_t position = 0;
	size_t seen = 0;

	sql_run(f->database.admin,
		"INSERT INTO member (room, user, role, joined_at) VALUES (1, 1, 0, 1)");
	for (long long id = 1; id <= 100001; id += 50000) {
		sql_run(f->database.admin,
			"INSERT INTO event (id, room, seq, type, actor, created_at) "
			"VALUES (%lld, 1, %lld, 1, 1, 1)",
			id, id);
	}
	for (int i = 0; position < 100001; i++) {
		struct row_event *rows;
		size_t n;
		assert_true(i < 100);
		assert_int_equal(log_page(f->db, f, 1, 100001, 10, &position, &rows, &n),
				 OK);
		seen += n;
	}
	assert_int_equal(position, 100001);
	assert_int_equal(seen, 3);
}

static void notes_to_the_hubs_are_shown_to_nobody(void **state)
{
	struct fixture *f = *state;
	struct row_event *rows;
	int64_t position = 0;
	size_t n;

	sql_run(f->database.admin,
		"INSERT INTO member (room, user, role, joined_at) VALUES (1, 1, 0, 1)");
	sql_run(f->database.admin,
		"INSERT INTO event (room, seq, type, actor, subject, "
		"created_at) VALUES (1, NULL, 12, 1, 1, 1), (1, 1, 1, 1, NULL, 1)");
	assert_int_equal(log_page(f->db, f, 1, 2, 10, &position, &rows, &n), OK);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].id, 2);
	assert_int_equal(position, 2);
}

#define FRESH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(an_empty_log_is_settled_where_it_begins),
		FRESH(what_is_committed_without_a_gap_is_settled_at_once),
		FRESH(an_open_transaction_holds_the_cursor_before_its_id),
		FRESH(an_id_rolled_back_is_passed_after_a_while),
		FRESH(a_connection_that_dies_lets_the_cursor_pass),
		FRESH(a_gap_is_passed_only_when_all_of_it_is_void),
		FRESH(two_gaps_are_passed_one_after_the_other),
		FRESH(a_gap_is_told_to_be_filled_locked_or_empty),
		FRESH(a_cursor_is_exact_only_within_the_log),
		FRESH(a_cursor_ahead_of_the_mark_but_in_the_log_is_exact),
		FRESH(who_was_away_is_given_what_was_in_sight_then),
		FRESH(long_stretches_without_events_are_passed),
		FRESH(notes_to_the_hubs_are_shown_to_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
