/* counters.h - what the hub counts, for GET metrics. */
#ifndef PALABRE_HUB_COUNTERS_H
#define PALABRE_HUB_COUNTERS_H

#include <stdatomic.h>

#include "db/db.h"
#include "http/told.h"

enum counter {
	COUNT_SSE,       /* gauge: open streams */
	COUNT_LONG_POLL, /* gauge: held polls */
	COUNT_POLLS,     /* polls answered */
	COUNT_EXACT,     /* streams and polls that went on from their cursor */
	COUNT_RESET,     /* … that had to sync */
	COUNT_START,     /* … that came without a cursor */
	COUNT_FRAMES,    /* events given to streams and polls */
	COUNT_AGED,      /* streams ended because they were open for long */
	COUNT_SLOW,      /* streams ended because their client did not read */
	/* Told by clients: streams given up, limits learned. */
	COUNT_WHY,
	COUNT_LEARNED = COUNT_WHY + TOLD_WHYS,
	COUNTERS = COUNT_LEARNED + TOLD_LIMITS
};

/* Counted by the loop, read by the thread that publishes. */
struct counters {
	_Atomic int64_t at[COUNTERS];
};

static inline void count_add(struct counters *c, enum counter which, int64_t n)
{
	atomic_fetch_add_explicit(&c->at[which], n, memory_order_relaxed);
}

/* What was written last, to write only what changed. */
struct counters_published {
	int64_t at[COUNTERS];
	int64_t all_at; /* database's clock: when all were written */
	char host[80];  /* names this hub among those of the database */
};

/* Puts the counters into the table metric, from where any worker reads them. */
enum result counters_publish(struct db *db, const struct counters *c,
			     struct counters_published *p, int64_t now);

#endif
