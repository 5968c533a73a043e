/* db.h - one connection to MariaDB or MySQL: open, transactions, errors as results. */
#ifndef PALABRE_DB_DB_H
#define PALABRE_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

/* NULL of an integer column or parameter. */
#define DB_NULL INT64_MIN

struct db;

struct db_options {
	const char *cnf; /* MySQL option file; NULL = the library's defaults */
	unsigned
		timeout_s; /* for connecting and for each answer; 0 = none (migrations) */
};

/*
 * A connection on mem that is opened at first use and again whenever it was lost. Not for
 * use by two threads. The destructor of mem closes it.
 */
struct db *db_create(const void *mem, const struct db_options *options);

/* To be called once by each thread, other than the first, that uses a connection. */
void db_thread_start(void);

/* Opens the connection if it is not. OK or E_UNAVAILABLE. */
enum result db_open(struct db *db);

/* Closes it; the next use opens it again. */
void db_close(struct db *db);

/* Rows changed by the last change, and the id it drew (LAST_INSERT_ID). */
int64_t db_affected(const struct db *db);
int64_t db_insert_id(const struct db *db);

/* The last error's text, for logs and the admin. Never shown to users. */
const char *db_error(const struct db *db);

typedef enum result (*db_work)(struct db *db, void *arg);

/*
 * Runs work between BEGIN and COMMIT and returns its result; anything but OK rolls back.
 * Deadlocks, lock timeouts and a connection lost before COMMIT run the whole of work
 * again (so it must start from nothing), a few times within about two seconds, and then
 * give E_UNAVAILABLE. E_UNKNOWN: the answer to COMMIT was lost; the caller must look.
 */
enum result db_transaction(struct db *db, db_work work, void *arg);

/* One statement of text without parameters, outside the named ones: for migrations alone.
 */
enum result db_run_text(struct db *db, struct str sql);

/* The first column of the first row of such a statement, on mem; STR_NONE without a row.
 */
enum result db_text_value(struct db *db, const void *mem, struct str sql,
			  struct str *value);

#endif
