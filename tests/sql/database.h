/* database.h - what the tests against a database share: a fresh one, and plain SQL.
 *
 * PALABRE_DB_ADMIN_CNF names the option file of an account that may create databases. */
#ifndef PALABRE_TESTS_DATABASE_H
#define PALABRE_TESTS_DATABASE_H

#include "../unit/check.h"

#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/migrate.h"

/* A database of the test's own, and its account's option file. */
struct database {
	const char *name;
	char cnf[64];
	MYSQL *admin; /* a connection of the test's, beside those of the code under test
		       */
};

static inline MYSQL *sql_connect(const char *cnf)
{
	MYSQL *m = mysql_init(NULL);

	mysql_options(m, MYSQL_READ_DEFAULT_FILE, cnf);
	mysql_options(m, MYSQL_READ_DEFAULT_GROUP, "client");
	mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (!mysql_real_connect(m, NULL, NULL, NULL, NULL, 0, NULL, 0)) {
		fail_msg("connect: %s", mysql_error(m));
	}
	return m;
}

/* Runs one statement that must go well; gives back its result, NULL where it has none. */
static inline MYSQL_RES *sql_query(MYSQL *m, const char *sql)
{
	if (mysql_query(m, sql)) {
		fail_msg("%s: %s", sql, mysql_error(m));
	}
	return mysql_store_result(m);
}

__attribute__((format(printf, 2, 3))) static inline void sql_run(MYSQL *m,
								 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *sql = talloc_vasprintf(NULL, fmt, ap);
	va_end(ap);
	mysql_free_result(sql_query(m, sql));
	talloc_free(sql);
}

/* The number in the first column of the first row; -1 for NULL or no row. */
__attribute__((format(printf, 2, 3))) static inline int64_t sql_int(MYSQL *m,
								    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *sql = talloc_vasprintf(NULL, fmt, ap);
	va_end(ap);
	MYSQL_RES *rows = sql_query(m, sql);
	MYSQL_ROW row = mysql_fetch_row(rows);
	int64_t v = row && row[0] ? strtoll(row[0], NULL, 10) : -1;
	mysql_free_result(rows);
	talloc_free(sql);
	return v;
}

/* The admin's option file with another database's name. */
static inline void database_write_cnf(struct database *d, const char *admin)
{
	char line[512];
	FILE *in = fopen(admin, "r");

	snprintf(d->cnf, sizeof d->cnf, "/tmp/palabre-test-XXXXXX");
	int fd = mkstemp(d->cnf);
	assert_true(in && fd >= 0);
	FILE *out = fdopen(fd, "w");
	while (fgets(line, sizeof line, in)) {
		if (strncmp(line, "database=", 9) == 0) {
			fprintf(out, "database=%s\n", d->name);
		} else {
			fputs(line, out);
		}
	}
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* Makes the database anew, with nothing in it. */
static inline void database_create(struct database *d, const char *name)
{
	const char *admin = getenv("PALABRE_DB_ADMIN_CNF");

	if (!admin) {
		fail_msg("PALABRE_DB_ADMIN_CNF is not set");
	}
	d->name = name;
	d->admin = sql_connect(admin);
	sql_run(d->admin, "DROP DATABASE IF EXISTS %s", name);
	sql_run(d->admin,
		"CREATE DATABASE %s CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
		name);
	sql_run(d->admin, "USE %s", name);
	database_write_cnf(d, admin);
}

static inline void database_no_progress(const struct migration *m, void *arg)
{
	(void)m;
	(void)arg;
}

/* Brings it to the newest schema. */
static inline void database_migrate(const struct database *d)
{
	struct db_options options = { .cnf = d->cnf };
	struct db *db = db_create(NULL, &options);

	if (migrate_run(db, database_no_progress, NULL) != OK) {
		fail_msg("migrate: %s", db_error(db));
	}
	talloc_free(db);
}

static inline void database_destroy(struct database *d)
{
	sql_run(d->admin, "DROP DATABASE IF EXISTS %s", d->name);
	mysql_close(d->admin);
	unlink(d->cnf);
}

#endif
