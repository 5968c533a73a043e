/* counters.c - what the hub counts, for GET metrics. */
#include "hub/counters.h"

#include <unistd.h>

#include "queries.h"

/* Rows older than a few of these count no more: their hub is gone. */
#define WRITE_ALL_EVERY_MS 10000

static const char *const names[] = {
	[COUNT_SSE] = "palabre_streams{transport=\"sse\"}",
	[COUNT_LONG_POLL] = "palabre_streams{transport=\"long-poll\"}",
	[COUNT_POLLS] = "palabre_polls_total",
	[COUNT_EXACT] = "palabre_resumes_total{result=\"exact\"}",
	[COUNT_RESET] = "palabre_resumes_total{result=\"reset\"}",
	[COUNT_START] = "palabre_resumes_total{result=\"start\"}",
	[COUNT_FRAMES] = "palabre_events_delivered_total",
	[COUNT_AGED] = "palabre_aged_streams_total",
	[COUNT_SLOW] = "palabre_slow_streams_total",
	[COUNT_WHY + TOLD_BUFFERED] = "palabre_fallbacks_total{why=\"buffered\"}",
	[COUNT_WHY + TOLD_CUT] = "palabre_fallbacks_total{why=\"cut\"}",
	[COUNT_WHY + TOLD_HELD] = "palabre_fallbacks_total{why=\"held\"}",
	[COUNT_WHY + TOLD_MUTE] = "palabre_mutes_total",
	[COUNT_WHY + TOLD_REFUSED] = "palabre_fallbacks_total{why=\"refused\"}",
	[COUNT_WHY + TOLD_SILENT] = "palabre_fallbacks_total{why=\"silent\"}",
	[COUNT_LEARNED + TOLD_POLL] = "palabre_learned_limits_total{what=\"poll\"}",
	[COUNT_LEARNED + TOLD_SILENCE] = "palabre_learned_limits_total{what=\"silence\"}",
};

_Static_assert(sizeof names / sizeof *names == COUNTERS, "a name for each counter");

enum result counters_publish(struct db *db, const struct counters *c,
			     struct counters_published *p, int64_t now)
{
	bool all = now - p->all_at >= WRITE_ALL_EVERY_MS;
	enum result r = OK;

	if (!p->host[0] && gethostname(p->host, sizeof p->host - 1)) {
		p->host[0] = '-';
	}
	for (int i = 0; r == OK && i < COUNTERS; i++) {
		int64_t v = atomic_load_explicit(&c->at[i], memory_order_relaxed);
		if (all || v != p->at[i]) {
			r = q_metric_put(db, str_from(p->host), str_from(names[i]), v,
					 now);
			p->at[i] = v;
		}
	}
	if (r == OK && all) {
		p->all_at = now;
	}
	return r;
}
