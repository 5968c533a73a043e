/* connection.h - what the files of db/ share about a connection. */
#ifndef PALABRE_DB_CONNECTION_H
#define PALABRE_DB_CONNECTION_H

#include <mysql.h>

#include "db/db.h"

struct db {
	struct db_options options;
	MYSQL *mysql;            /* NULL while closed */
	MYSQL_STMT **statements; /* by query, prepared at first use */
	bool in_transaction;
	int64_t asked_at;   /* monotonic ms: when the statement under way was sent */
	int64_t hung_until; /* it did not answer in time: until then it is not asked again
			     */
	int64_t affected;
	int64_t insert_id;
	char error[256];
};

/* Notes the error and says what it means. Lost connections are closed. */
enum result db_fail(struct db *db, unsigned code, const char *text, const char *what);

#endif
