/* transaction.c - BEGIN, COMMIT, and the whole again where the database asks for it. */
#include <mysql.h>
#include <talloc.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "db/connection.h"

/* A request must be answered within 3 s (THREATS 30). */
#define RETRY_WITHIN_MS 2000
#define MAX_ATTEMPTS 8

static enum result text_query(struct db *db, const char *sql, size_t len,
			      const char *what)
{
	enum result r = db_open(db);
	if (r != OK) {
		return r;
	}
	db->asked_at = clock_monotonic_ms();
	if (mysql_real_query(db->mysql, sql, len)) {
		return db_fail(db, mysql_errno(db->mysql), mysql_error(db->mysql), what);
	}
	return OK;
}

static enum result begin(struct db *db)
{
	enum result r = text_query(db, "BEGIN", 5, "BEGIN");
	if (r == E_RETRY) {
		/* The server was restarted since the last request: nothing is lost yet.
		 */
		r = text_query(db, "BEGIN", 5, "BEGIN");
	}
	db->in_transaction = r == OK;
	return r;
}

static void rollback(struct db *db)
{
	db->in_transaction = false;
	if (db->mysql && mysql_rollback(db->mysql)) {
		db_close(db);
	}
}

static enum result commit(struct db *db)
{
	db->in_transaction = false;
	db->asked_at = clock_monotonic_ms();
	if (mysql_commit(db->mysql) == 0) {
		return OK;
	}
	enum result r =
		db_fail(db, mysql_errno(db->mysql), mysql_error(db->mysql), "COMMIT");
	if (!db->mysql) {
		return E_UNKNOWN;
	}
	rollback(db);
	return r;
}

static enum result attempt(struct db *db, db_work work, void *arg)
{
	enum result r = begin(db);
	if (r != OK) {
		return r;
	}
	r = work(db, arg);
	if (r == OK) {
		return commit(db);
	}
	rollback(db);
	return r;
}

static void pause_a_little(int attempts)
{
	struct timespec t = { 0, (long)(1 + rand_below(4u << attempts)) * 1000000 };
	nanosleep(&t, NULL);
}

enum result db_transaction(struct db *db, db_work work, void *arg)
{
	int64_t until = clock_monotonic_ms() + RETRY_WITHIN_MS;
	enum result r = E_RETRY;

	for (int i = 0; r == E_RETRY && i < MAX_ATTEMPTS; i++) {
		if (i && clock_monotonic_ms() >= until) {
			break;
		}
		if (i) {
			pause_a_little(i);
		}
		r = attempt(db, work, arg);
	}
	if (r == E_RETRY) {
		log_warn("db_gave_up", "why", db->error, NULL);
		r = E_UNAVAILABLE;
	}
	return r;
}

enum result db_run_text(struct db *db, struct str sql)
{
	enum result r = text_query(db, sql.ptr, sql.len, "statement");
	if (r == OK) {
		mysql_free_result(mysql_store_result(db->mysql));
	}
	return r;
}

enum result db_text_value(struct db *db, const void *mem, struct str sql,
			  struct str *value)
{
	*value = STR_NONE;
	enum result r = text_query(db, sql.ptr, sql.len, "statement");
	if (r != OK) {
		return r;
	}
	MYSQL_RES *rows = mysql_store_result(db->mysql);
	MYSQL_ROW row = rows ? mysql_fetch_row(rows) : NULL;
	if (row && row[0]) {
		*value = str_dup(mem,
				 (struct str){ row[0], mysql_fetch_lengths(rows)[0] });
	}
	mysql_free_result(rows);
	return OK;
}
