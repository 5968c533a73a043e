/* statement.h - named queries: what the generator writes and the two ways to run one. */
#ifndef PALABRE_DB_STATEMENT_H
#define PALABRE_DB_STATEMENT_H

#include "db/db.h"

struct db_column {
	char type; /* I, T or B */
	bool nullable;
	size_t offset; /* in the row's struct: int64_t for I, struct str for T and B */
};

struct db_query {
	const char *name;
	const char *sql;
	const char *params; /* a type letter per ? */
	const char *names;  /* and a name, with blanks between them: for tests of plans */
	size_t param_count;
	bool slow_ok; /* a full scan is meant */
	const struct db_column *columns;
	size_t column_count;
	size_t row_size;
};

/* A parameter; which member counts is said by the query. */
struct db_value {
	int64_t i;
	struct str s;
};

extern const struct db_query db_queries[];
extern const size_t db_query_count;

/*
 * Runs a query and puts all its rows on mem: *rows is an array of *count structs, NULL
 * and 0 where there are none. Outside a transaction a lost connection is opened again and
 * the query repeated once.
 */
enum result db_select(struct db *db, const struct db_query *query,
		      const struct db_value *values, const void *mem, void **rows,
		      size_t *count);

/* Runs an INSERT, UPDATE or DELETE. */
enum result db_change(struct db *db, const struct db_query *query,
		      const struct db_value *values);

/* Prepares without running: for the test that checks every query. */
enum result db_prepare_check(struct db *db, const struct db_query *query, size_t *params,
			     size_t *columns);

#endif
