/* test_transaction.c - transactions when the database says no: deadlocks, lost
 * connections, locks that are held. */
#include "database.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/connection.h"
#include "queries.h"

struct fixture {
	struct database database;
	struct db *db;
};

static int setup(void **state)
{
	struct fixture *f = talloc_zero(NULL, struct fixture);

	*state = f;
	log_init("test", LOG_ERROR);
	database_create(&f->database, "palabre_test_transaction");
	sql_run(f->database.admin,
		"CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL UNIQUE) "
		"ENGINE=InnoDB");
	sql_run(f->database.admin, "INSERT INTO t VALUES (1, 10), (2, 20)");
	struct db_options options = { .cnf = f->database.cnf, .timeout_s = 5 };
	f->db = db_create(f, &options);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	database_destroy(&f->database);
	talloc_free(f);
	return 0;
}

static int64_t value(struct fixture *f, int id)
{
	return sql_int(f->database.admin, "SELECT n FROM t WHERE id = %d", id);
}

static void kill_connection(struct fixture *f, struct db *db)
{
	unsigned long id = mysql_thread_id(db->mysql);

	sql_run(f->database.admin, "KILL CONNECTION %lu", id);
	while (sql_int(
		f->database.admin,
		"SELECT COUNT(*) FROM information_schema.processlist WHERE id = %lu",
		id)) {
		usleep(1000);
	}
}

/* What a piece of work is to do, and how often it was begun. */
struct plan {
	struct fixture *f;
	const char *first, *second;
	int runs;
	int kill_before_first, kill_before_second; /* only in the run of that number */
	int kill_before_commit;
	enum result give; /* instead of OK */
};

static enum result do_plan(struct db *db, void *arg)
{
	struct plan *p = arg;

	p->runs++;
	if (p->kill_before_first == p->runs) {
		kill_connection(p->f, db);
	}
	enum result r = db_run_text(db, str_from(p->first));
	if (r == OK && p->kill_before_second == p->runs) {
		kill_connection(p->f, db);
	}
	if (r == OK && p->second) {
		r = db_run_text(db, str_from(p->second));
	}
	if (r == OK && p->kill_before_commit == p->runs) {
		kill_connection(p->f, db);
	}
	return r == OK ? p->give : r;
}

static void what_ends_well_is_committed(void **state)
{
	struct fixture *f = *state;
	struct plan p = { .f = f, .first = "UPDATE t SET n = 11 WHERE id = 1" };

	assert_int_equal(db_transaction(f->db, do_plan, &p), OK);
	assert_int_equal(p.runs, 1);
	assert_int_equal(value(f, 1), 11);
}

static void what_ends_otherwise_is_undone_and_not_repeated(void **state)
{
	static const enum result results[] = { E_FORBIDDEN, E_NOT_FOUND, E_CONFLICT,
					       E_BUSY };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
		struct plan p = { .f = f,
				  .first = "UPDATE t SET n = 11 WHERE id = 1",
				  .give = results[i] };
		assert_int_equal(db_transaction(f->db, do_plan, &p), results[i]);
		assert_int_equal(p.runs, 1);
		assert_int_equal(value(f, 1), 10);
	}
}

static void a_duplicate_is_told_and_undoes_what_was_done_before(void **state)
{
	struct fixture *f = *state;
	struct plan p = { .f = f,
			  .first = "UPDATE t SET n = 11 WHERE id = 1",
			  .second = "INSERT INTO t VALUES (3, 20)" };

	assert_int_equal(db_transaction(f->db, do_plan, &p), E_DUPLICATE);
	assert_int_equal(p.runs, 1);
	assert_int_equal(value(f, 1), 10);
}

static void a_connection_killed_while_idle_is_opened_again(void **state)
{
	struct fixture *f = *state;
	struct plan p = { .f = f, .first = "UPDATE t SET n = 11 WHERE id = 1" };

	assert_int_equal(db_open(f->db), OK);
	kill_connection(f, f->db);
	assert_int_equal(db_transaction(f->db, do_plan, &p), OK);
	assert_int_equal(p.runs, 1);
	assert_int_equal(value(f, 1), 11);
}

static void a_connection_killed_in_the_middle_runs_the_whole_again(void **state)
{
	struct fixture *f = *state;
	struct plan p = { .f = f,
			  .first = "UPDATE t SET n = n + 1 WHERE id = 1",
			  .second = "UPDATE t SET n = n + 1 WHERE id = 2",
			  .kill_before_second = 1 };

	assert_int_equal(db_transaction(f->db, do_plan, &p), OK);
	assert_int_equal(p.runs, 2);
	assert_int_equal(value(f, 1), 11);
	assert_int_equal(value(f, 2), 21);
	p = (struct plan){
		.f = f, .first = p.first, .second = p.second, .kill_before_first = 1
	};
	assert_int_equal(db_transaction(f->db, do_plan, &p), OK);
	assert_int_equal(p.runs, 2);
	assert_int_equal(value(f, 1), 12);
	assert_int_equal(value(f, 2), 22);
}

/* Nobody knows whether it happened: it must be said, and never simply be run again. */
static void a_lost_answer_to_commit_is_unknown(void **state)
{
	struct fixture *f = *state;
	struct plan p = { .f = f,
			  .first = "UPDATE t SET n = n + 1 WHERE id = 1",
			  .kill_before_commit = 1 };

	assert_int_equal(db_transaction(f->db, do_plan, &p), E_UNKNOWN);
	assert_int_equal(p.runs, 1);
	/* And the next one goes well, on a new connection. */
	assert_int_equal(db_transaction(f->db, do_plan, &p), OK);
	assert_int_equal(value(f, 1), 11);
}

/* Two that take two rows in opposite order, so that they meet. */
struct rival {
	pthread_t thread;
	const char *cnf;
	pthread_barrier_t *both_hold_one;
	const char *first, *second;
	int runs;
	enum result result;
};

static enum result take_both(struct db *db, void *arg)
{
	struct rival *v = arg;
	enum result r = db_run_text(db, str_from(v->first));

	if (r == OK && v->runs++ == 0) {
		pthread_barrier_wait(v->both_hold_one);
	}
	return r == OK ? db_run_text(db, str_from(v->second)) : r;
}

static void *run_rival(void *arg)
{
	struct rival *v = arg;
	struct db_options options = { .cnf = v->cnf, .timeout_s = 5 };

	db_thread_start();
	struct db *db = db_create(NULL, &options);
	v->result = db_transaction(db, take_both, v);
	talloc_free(db);
	mysql_thread_end();
	return NULL;
}

static void a_deadlock_is_run_again_until_both_are_done(void **state)
{
	struct fixture *f = *state;
	pthread_barrier_t barrier;
	struct rival rivals[2] = {
		{ .first = "UPDATE t SET n = n + 1 WHERE id = 1",
		  .second = "UPDATE t SET n = n + 1 WHERE id = 2" },
		{ .first = "UPDATE t SET n = n + 100 WHERE id = 2",
		  .second = "UPDATE t SET n = n + 100 WHERE id = 1" },
	};

	pthread_barrier_init(&barrier, NULL, 2);
	for (size_t i = 0; i < 2; i++) {
		rivals[i].cnf = f->database.cnf;
		rivals[i].both_hold_one = &barrier;
		pthread_create(&rivals[i].thread, NULL, run_rival, &rivals[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		pthread_join(rivals[i].thread, NULL);
		assert_int_equal(rivals[i].result, OK);
	}
	pthread_barrier_destroy(&barrier);
	assert_true(rivals[0].runs + rivals[1].runs > 2);
	assert_int_equal(value(f, 1), 111);
	assert_int_equal(value(f, 2), 121);
}

static void a_lock_that_is_held_gives_up_in_time(void **state)
{
	struct fixture *f = *state;
	struct plan p = { .f = f,
			  .first = "UPDATE t SET n = 21 WHERE id = 2",
			  .second = "UPDATE t SET n = 11 WHERE id = 1" };
	int64_t start = clock_monotonic_ms();

	sql_run(f->database.admin, "BEGIN");
	sql_run(f->database.admin, "SELECT n FROM t WHERE id = 1 FOR UPDATE");
	assert_int_equal(db_transaction(f->db, do_plan, &p), E_UNAVAILABLE);
	assert_in_range(clock_monotonic_ms() - start, 500, 3300);
	/* Nothing was touched, and nothing is held. */
	sql_run(f->database.admin, "SELECT n FROM t WHERE id = 2 FOR UPDATE");
	assert_int_equal(value(f, 2), 20);
	sql_run(f->database.admin, "ROLLBACK");
	assert_int_equal(db_transaction(f->db, do_plan, &p), OK);
	assert_int_equal(value(f, 2), 21);
}

static void *let_go(void *arg)
{
	struct fixture *f = arg;

	mysql_thread_init();
	usleep(1200 * 1000);
	sql_run(f->database.admin, "COMMIT");
	mysql_thread_end();
	return NULL;
}

static void a_lock_let_go_meanwhile_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct plan p = { .f = f, .first = "UPDATE t SET n = n + 1 WHERE id = 1" };
	pthread_t thread;

	sql_run(f->database.admin, "BEGIN");
	sql_run(f->database.admin, "UPDATE t SET n = 50 WHERE id = 1");
	pthread_create(&thread, NULL, let_go, f);
	assert_int_equal(db_transaction(f->db, do_plan, &p), OK);
	pthread_join(thread, NULL);
	assert_int_equal(p.runs, 2);
	assert_int_equal(value(f, 1), 51);
}

static enum result lock_sessions(struct db *db, void *arg)
{
	struct row_session_lock_all *rows;
	size_t *n = arg;
	return q_session_lock_all(db, db, 1, &rows, n);
}

/* The first row is there already when the second turns out to be locked. */
static void a_lock_met_between_two_rows_is_a_lock_all_the_same(void **state)
{
	struct fixture *f = *state;
	size_t n = 0;

	database_migrate(&f->database);
	for (int i = 1; i <= 3; i++) {
		sql_run(f->database.admin,
			"INSERT INTO session (id, token, user, created_at, last_seen, "
			"expires_at, agent, address) VALUES (%d, %d, 1, 1, 1, 1, '', '')",
			i, i);
	}
	sql_run(f->database.admin, "BEGIN");
	sql_run(f->database.admin, "SELECT id FROM session WHERE id = 3 FOR UPDATE");
	assert_int_equal(db_transaction(f->db, lock_sessions, &n), E_UNAVAILABLE);
	sql_run(f->database.admin, "ROLLBACK");
	assert_int_equal(db_transaction(f->db, lock_sessions, &n), OK);
	assert_int_equal(n, 3);
}

static void no_database_at_all_is_unavailable(void **state)
{
	struct fixture *f = *state;
	char cnf[] = "/tmp/palabre-test-XXXXXX";
	struct plan p = { .f = f, .first = "SELECT 1" };
	int64_t start = clock_monotonic_ms();
	int fd = mkstemp(cnf);

	log_init("test", LOG_ERROR);
	dprintf(fd, "[client]\nsocket=/tmp/palabre-no-such-socket\n");
	close(fd);
	struct db_options options = { .cnf = cnf, .timeout_s = 2 };
	struct db *db = db_create(f, &options);
	assert_int_equal(db_open(db), E_UNAVAILABLE);
	assert_int_equal(db_transaction(db, do_plan, &p), E_UNAVAILABLE);
	assert_int_equal(p.runs, 0);
	assert_true(clock_monotonic_ms() - start < 3000);
	talloc_free(db);
	unlink(cnf);
}

#define FRESH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(what_ends_well_is_committed),
		FRESH(what_ends_otherwise_is_undone_and_not_repeated),
		FRESH(a_duplicate_is_told_and_undoes_what_was_done_before),
		FRESH(a_connection_killed_while_idle_is_opened_again),
		FRESH(a_connection_killed_in_the_middle_runs_the_whole_again),
		FRESH(a_lost_answer_to_commit_is_unknown),
		FRESH(a_deadlock_is_run_again_until_both_are_done),
		FRESH(a_lock_that_is_held_gives_up_in_time),
		FRESH(a_lock_let_go_meanwhile_is_waited_for),
		FRESH(a_lock_met_between_two_rows_is_a_lock_all_the_same),
		FRESH(no_database_at_all_is_unavailable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
