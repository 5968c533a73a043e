/* bucket.c - rate limits that all workers and hosts share: token buckets in the database.
 */
#include "auth/bucket.h"

#include "queries.h"

enum result bucket_take(struct db *db, const void *mem, struct str name,
			struct bucket_rate rate, int64_t now, int64_t *retry_s)
{
	int64_t slack = (rate.burst - 1) * rate.interval_ms;
	struct row_bucket_read *row;
	size_t n;
	enum result r = q_bucket_take(db, name, rate.interval_ms, slack, now);

	if (r != OK || db_affected(db)) {
		return r;
	}
	r = q_bucket_open(db, name, now + rate.interval_ms);
	if (r != OK || db_affected(db)) {
		return r;
	}
	r = q_bucket_read(db, mem, name, &row, &n);
	if (r != OK) {
		return r;
	}
	int64_t wait = n ? row->until - slack - now : 0;
	*retry_s = wait > 1000 ? (wait + 999) / 1000 : 1;
	return E_BUSY;
}

enum result bucket_give_back(struct db *db, struct str name, struct bucket_rate rate)
{
	return q_bucket_give_back(db, name, rate.interval_ms);
}
