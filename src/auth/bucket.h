/* bucket.h - rate limits that all workers and hosts share: token buckets in the database.
 */
#ifndef PALABRE_AUTH_BUCKET_H
#define PALABRE_AUTH_BUCKET_H

#include "db/db.h"

/* So many at once, then one per interval (GCRA: one number per bucket, no counting). */
struct bucket_rate {
	int64_t interval_ms;
	int64_t burst; /* at least 1 */
};

/*
 * Takes one from the bucket of that name (at most 80 bytes), which need not exist. E_BUSY
 * where it is empty: *retry_s is then the seconds until it would not be, rounded up. One
 * query where there is something left. now: the database's clock, in milliseconds.
 */
enum result bucket_take(struct db *db, const void *mem, struct str name,
			struct bucket_rate rate, int64_t now, int64_t *retry_s);

/* Puts one back. */
enum result bucket_give_back(struct db *db, struct str name, struct bucket_rate rate);

#endif
