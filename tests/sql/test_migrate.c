/* test_migrate.c - migrations: again, half-way, from the future, two at once. */
#include "database.h"

#include <pthread.h>

#include "base/log.h"

#define NAME "palabre_test_migrate"

static int setup(void **state)
{
	struct database *d = talloc_zero(NULL, struct database);

	*state = d;
	log_init("test", LOG_ERROR);
	database_create(d, NAME);
	return 0;
}

static int teardown(void **state)
{
	database_destroy(*state);
	talloc_free(*state);
	return 0;
}

static struct db *open_db(const struct database *d)
{
	struct db_options options = { .cnf = d->cnf };
	return db_create(d, &options);
}

static void count_progress(const struct migration *m, void *arg)
{
	(void)m;
	++*(size_t *)arg;
}

/* Every table as SHOW CREATE TABLE has it, and every row that a migration put in. */
static struct str schema_of(const struct database *d)
{
	MYSQL_RES *tables = sql_query(d->admin, "SHOW TABLES");
	struct str all = STR("");
	MYSQL_ROW t;

	while ((t = mysql_fetch_row(tables))) {
		char sql[200];
		snprintf(sql, sizeof sql, "SHOW CREATE TABLE `%s`", t[0]);
		MYSQL_RES *rows = sql_query(d->admin, sql);
		all = str_printf(d, STR_FMT "%s\n", STR_ARG(all),
				 mysql_fetch_row(rows)[1]);
		mysql_free_result(rows);
		int64_t n = sql_int(d->admin, "SELECT COUNT(*) FROM `%s`", t[0]);
		all = str_printf(d, STR_FMT "%lld rows\n", STR_ARG(all), (long long)n);
	}
	mysql_free_result(tables);
	return all;
}

static char *epoch_of(const struct database *d)
{
	MYSQL_RES *rows =
		sql_query(d->admin, "SELECT value FROM meta WHERE name = 'epoch'");
	MYSQL_ROW row = mysql_fetch_row(rows);
	char *epoch = talloc_strdup(d, row ? row[0] : "");

	mysql_free_result(rows);
	return epoch;
}

static int newest(void)
{
	return migrations[migration_count - 1].version;
}

static int version_of(struct db *db)
{
	int version = -1;
	assert_int_equal(migrate_version(db, &version), OK);
	return version;
}

static void start_again(struct database *d)
{
	sql_run(d->admin, "DROP DATABASE " NAME);
	sql_run(d->admin, "CREATE DATABASE " NAME
			  " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
	sql_run(d->admin, "USE " NAME);
}

static void versions_are_numbered_without_a_gap(void **state)
{
	(void)state;
	for (size_t i = 0; i < migration_count; i++) {
		assert_int_equal(migrations[i].version, i + 1);
	}
}

static void an_empty_database_is_brought_to_the_newest_version(void **state)
{
	struct database *d = *state;
	struct db *db = open_db(d);
	size_t applied = 0;

	assert_int_equal(version_of(db), 0);
	assert_int_equal(migrate_run(db, count_progress, &applied), OK);
	assert_int_equal(applied, migration_count);
	assert_int_equal(version_of(db), newest());
	assert_true(strlen(epoch_of(d)) >= 8);
	assert_int_equal(sql_int(d->admin, "SELECT COUNT(*) FROM schema_migration"),
			 migration_count);
}

static void a_second_run_does_nothing(void **state)
{
	struct database *d = *state;
	struct db *db = open_db(d);
	size_t applied = 0;

	assert_int_equal(migrate_run(db, count_progress, &applied), OK);
	struct str before = schema_of(d);
	char *epoch = epoch_of(d);
	applied = 0;
	assert_int_equal(migrate_run(db, count_progress, &applied), OK);
	assert_int_equal(applied, 0);
	assert_true(str_eq(schema_of(d), before));
	assert_string_equal(epoch_of(d), epoch);
}

/* Killed after each statement in turn, the next run must end where one that was not does.
 */
static void a_run_that_was_killed_is_completed_by_the_next(void **state)
{
	struct database *d = *state;
	size_t total = 0, applied;

	database_migrate(d);
	struct str want = schema_of(d);
	for (size_t m = 0; m < migration_count; m++) {
		for (size_t k = 0; migrations[m].statements[k]; k++) {
			total++;
		}
	}
	assert_true(total > 5);
	for (size_t stop = 0; stop <= total; stop++) {
		start_again(d);
		size_t done = 0;
		for (size_t m = 0; m < migration_count && done < stop; m++) {
			for (size_t k = 0; migrations[m].statements[k] && done < stop;
			     k++) {
				sql_run(d->admin, "%s", migrations[m].statements[k]);
				done++;
			}
		}
		struct db *db = open_db(d);
		if (migrate_run(db, count_progress, &applied) != OK) {
			fail_msg("after %zu statements: %s", stop, db_error(db));
		}
		assert_int_equal(version_of(db), newest());
		if (!str_eq(schema_of(d), want)) {
			fail_msg("after %zu statements the schema is another", stop);
		}
		talloc_free(db);
	}
}

static void a_newer_version_is_refused_and_nothing_changed(void **state)
{
	struct database *d = *state;
	struct db *db = open_db(d);
	size_t applied = 0;

	database_migrate(d);
	sql_run(d->admin,
		"INSERT INTO schema_migration (version, name) VALUES (%d, 'future')",
		newest() + 1);
	sql_run(d->admin, "DROP TABLE mention");
	struct str before = schema_of(d);
	assert_int_equal(migrate_run(db, count_progress, &applied), E_CONFLICT);
	assert_int_equal(applied, 0);
	assert_true(str_eq(schema_of(d), before));
	assert_int_equal(version_of(db), newest() + 1);
	/* It holds no lock that would keep the newer program out. */
	assert_int_equal(sql_int(d->admin, "SELECT IS_FREE_LOCK('palabre.migrate')"), 1);
}

struct runner {
	pthread_t thread;
	const char *cnf;
	enum result result;
	size_t applied;
};

static void *run_migration(void *arg)
{
	struct runner *r = arg;
	struct db_options options = { .cnf = r->cnf };

	db_thread_start();
	struct db *db = db_create(NULL, &options);
	r->result = migrate_run(db, count_progress, &r->applied);
	talloc_free(db);
	mysql_thread_end();
	return NULL;
}

static void of_two_at_once_one_does_the_work(void **state)
{
	enum { N = 4 };
	struct database *d = *state;
	struct runner runners[N] = { 0 };
	size_t applied = 0;

	for (size_t i = 0; i < N; i++) {
		runners[i].cnf = d->cnf;
		assert_int_equal(pthread_create(&runners[i].thread, NULL, run_migration,
						&runners[i]),
				 0);
	}
	for (size_t i = 0; i < N; i++) {
		pthread_join(runners[i].thread, NULL);
		assert_int_equal(runners[i].result, OK);
		applied += runners[i].applied;
	}
	assert_int_equal(applied, migration_count);
}

#define FRESH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_numbered_without_a_gap),
		FRESH(an_empty_database_is_brought_to_the_newest_version),
		FRESH(a_second_run_does_nothing),
		FRESH(a_run_that_was_killed_is_completed_by_the_next),
		FRESH(a_newer_version_is_refused_and_nothing_changed),
		FRESH(of_two_at_once_one_does_the_work),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
