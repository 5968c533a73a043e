/* connection.c - opening and closing, and what an error code means. */
#include "db/connection.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <talloc.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/log.h"
#include "db/statement.h"

/* How long a database that did not answer is left alone. */
#define HUNG_PAUSE_MS 1000

#define ISOLATION "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
/* InnoDB gives up on a row lock after this many seconds, before our own timeout does. */
#define SESSION_SETUP                                                   \
	"SET SESSION innodb_lock_wait_timeout = 1, SESSION sql_mode = " \
	"'STRICT_ALL_TABLES,"                                           \
	"ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"

static int destroy(struct db *db)
{
	db_close(db);
	return 0;
}

struct db *db_create(const void *mem, const struct db_options *options)
{
	struct db *db = die_if_null(talloc_zero(mem, struct db));
	db->options = *options;
	db->statements = die_if_null(talloc_zero_array(db, MYSQL_STMT *, db_query_count));
	talloc_set_destructor(db, destroy);
	return db;
}

void db_thread_start(void)
{
	mysql_thread_init();
}

void db_close(struct db *db)
{
	for (size_t i = 0; i < db_query_count; i++) {
		if (db->statements[i]) {
			mysql_stmt_close(db->statements[i]);
			db->statements[i] = NULL;
		}
	}
	if (db->mysql) {
		mysql_close(db->mysql);
		db->mysql = NULL;
	}
	db->in_transaction = false;
}

static void set_options(struct db *db)
{
	unsigned timeout = db->options.timeout_s;
	unsigned off = 0;

	if (db->options.cnf) {
		mysql_options(db->mysql, MYSQL_READ_DEFAULT_FILE, db->options.cnf);
	}
	mysql_options(db->mysql, MYSQL_READ_DEFAULT_GROUP, "client");
	mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(db->mysql, MYSQL_OPT_LOCAL_INFILE, &off);
	if (timeout) {
		mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
		mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &timeout);
		mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &timeout);
	}
}

/*
 * Did it take all the time there is to get no answer? Then asking once more would take as
 * long again, and those who wait behind this request longer still: nobody asks for a
 * while.
 */
static bool note_hang(struct db *db)
{
	int64_t now = clock_monotonic_ms();
	int64_t limit = (int64_t)db->options.timeout_s * 1000;

	if (limit == 0 || now - db->asked_at < limit - 200) {
		return false;
	}
	db->hung_until = now + HUNG_PAUSE_MS;
	return true;
}

enum result db_open(struct db *db)
{
	if (db->mysql) {
		return OK;
	}
	if (clock_monotonic_ms() < db->hung_until) {
		return E_UNAVAILABLE;
	}
	db->asked_at = clock_monotonic_ms();
	db->mysql = die_if_null(mysql_init(NULL));
	set_options(db);
	if (!mysql_real_connect(db->mysql, NULL, NULL, NULL, NULL, 0, NULL,
				CLIENT_FOUND_ROWS) ||
	    mysql_query(db->mysql, ISOLATION) || mysql_query(db->mysql, SESSION_SETUP)) {
		snprintf(db->error, sizeof db->error, "connect: %s",
			 mysql_error(db->mysql));
		log_warn("db_unreachable", "why", db->error, NULL);
		note_hang(db);
		db_close(db);
		return E_UNAVAILABLE;
	}
	return OK;
}

/* True for errors after which the connection or its statements are of no more use. */
static bool is_lost(unsigned code)
{
	switch (code) {
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_CONNECTION_ERROR:
	case CR_CONN_HOST_ERROR:
	case CR_COMMANDS_OUT_OF_SYNC:
	case CR_MALFORMED_PACKET:
	case ER_SERVER_SHUTDOWN:
	case ER_NEW_ABORTING_CONNECTION:
	case ER_CONNECTION_KILLED:
	case ER_UNKNOWN_STMT_HANDLER:
		return true;
	default:
		return false;
	}
}

static enum result meaning(unsigned code)
{
	switch (code) {
	case ER_LOCK_DEADLOCK:
	case ER_LOCK_WAIT_TIMEOUT:
	case ER_CHECKREAD:
		return E_RETRY;
	case ER_DUP_ENTRY:
		return E_DUPLICATE;
	case ER_DISK_FULL:
	case ER_RECORD_FILE_FULL:
	case ER_ERROR_ON_WRITE:
		return E_FULL;
	case ER_GET_ERRNO: /* storage engine, nearly always "no space left" */
		return E_FULL;
	case ER_STATEMENT_TIMEOUT:
	case ER_QUERY_INTERRUPTED:
	case ER_OPTION_PREVENTS_STATEMENT: /* read-only: a replica, or a fail-over under
					      way */
	case ER_CON_COUNT_ERROR:
	case ER_TOO_MANY_USER_CONNECTIONS:
		return E_UNAVAILABLE;
	default:
		return E_INTERNAL;
	}
}

enum result db_fail(struct db *db, unsigned code, const char *text, const char *what)
{
	enum result r = is_lost(code) ? E_RETRY : meaning(code);

	snprintf(db->error, sizeof db->error, "%s: %u %s", what, code, text);
	if (is_lost(code)) {
		log_warn("db_lost", "why", db->error, NULL);
		r = note_hang(db) ? E_UNAVAILABLE : r;
		db_close(db);
	} else if (r == E_INTERNAL || r == E_FULL || r == E_UNAVAILABLE) {
		log_error("db_error", "why", db->error, NULL);
	}
	return r;
}

int64_t db_affected(const struct db *db)
{
	return db->affected;
}

int64_t db_insert_id(const struct db *db)
{
	return db->insert_id;
}

const char *db_error(const struct db *db)
{
	return db->error;
}
