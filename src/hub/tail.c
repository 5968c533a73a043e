/* tail.c - reads the event log and hands what is new to the loop.
 *
 * Ids become visible out of order across rooms, but in order within one. So what belongs
 * together is read newest first (the rows past the end, then the gaps from the highest
 * down): whoever sees an event has seen all before it in its room. Delivered is by id. */
#include "hub/tail.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <talloc.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/log.h"
#include "hub/fleeting.h"
#include "hub/gaps.h"
#include "notify/wake.h"

#define ROWS_AT_ONCE 1000
/* Gaps so near to the end are read with it, in one query. */
#define NEAR_IDS 256
/* How often the shared mark and the epoch are looked at. */
#define MARK_EVERY_MS 1000
/* While a gap is young its row is looked for more often than the poll interval. */
#define GAP_POLL_MS 20
#define DB_TIMEOUT_S 5

struct tail {
	const struct conf *conf;
	struct mailbox *box;
	void (*deliver)(struct mail *mail, void *hub);
	void (*deliver_fleeting)(struct mail *mail, void *hub);
	struct fleeting_place fleeting;
	struct db *db;
	int wake_fd;
	int nudge_fd; /* sends to wake_fd */
	atomic_bool nudged;
	char epoch[LOG_EPOCH_MAX + 1];
	int64_t seen; /* the highest id delivered */
	struct gaps gaps;
	int64_t settled_told; /* what the loop knows */
	int64_t settled_marked;
	int64_t purged;
	int64_t marked_at;
	bool started;
	bool down; /* said that the database is gone */
};

struct rows {
	struct row_event *at;
	size_t count;
};

static int64_t settled(const struct tail *t)
{
	return t->gaps.count ? t->gaps.list[0].low - 1 : t->seen;
}

static int by_id(const void *a, const void *b)
{
	const struct row_event *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

static void append(const void *mem, struct rows *all, const struct row_event *more,
		   size_t n)
{
	if (n == 0) {
		return;
	}
	all->at = die_if_null(
		talloc_realloc_size(mem, all->at, (all->count + n) * sizeof *all->at));
	memcpy(all->at + all->count, more, n * sizeof *more);
	all->count += n;
}

/* Everything not seen yet: past the end and in the gaps, sorted by id. */
static enum result read_rows(struct tail *t, const void *mem, struct rows *all,
			     bool *more)
{
	size_t far = 0; /* gaps too far from the end to be read with it */
	struct row_event *rows;
	size_t n;

	while (far < t->gaps.count && t->seen - t->gaps.list[far].low >= NEAR_IDS) {
		far++;
	}
	int64_t after = far < t->gaps.count ? t->gaps.list[far].low - 1 : t->seen;
	enum result r = q_event_after(t->db, mem, after, ROWS_AT_ONCE, &rows, &n);
	if (r != OK) {
		return r;
	}
	*more = n == ROWS_AT_ONCE;
	append(mem, all, rows, n);
	while (r == OK && far > 0) {
		struct gap *g = &t->gaps.list[--far];
		r = q_event_between(t->db, mem, g->low, g->high, &rows, &n);
		append(mem, all, rows, r == OK ? n : 0);
	}
	if (r == OK && all->count) {
		qsort(all->at, all->count, sizeof *all->at, by_id);
	}
	return r;
}

/* Is this row new? Notes the gap that it leaves behind, or that it fills one. */
static bool note(struct tail *t, int64_t id)
{
	if (id <= t->seen) {
		return gaps_take(&t->gaps, id);
	}
	if (id > t->seen + 1) {
		gaps_add(&t->gaps, t->seen + 1, id - 1);
	}
	t->seen = id;
	return true;
}

static struct tail_news *news(struct tail *t)
{
	struct tail_news *n = die_if_null(calloc(1, sizeof *n));
	n->mail.deliver = t->deliver;
	memcpy(n->epoch, t->epoch, sizeof n->epoch);
	return n;
}

static void post(struct tail *t, struct tail_news *n)
{
	n->settled = settled(t);
	n->purged = t->purged;
	t->settled_told = n->settled;
	mailbox_post(t->box, &n->mail);
}

static void encode(struct tail *t, const struct event *events, size_t n, struct batch *b)
{
	b->entries = die_if_null(calloc(n, sizeof *b->entries));
	for (size_t i = 0; i < n; i++) {
		if (note(t, events[i].row.id)) {
			void *scratch = talloc_new(NULL);
			b->entries[b->count++] = entry_encode(
				&events[i], str_from(t->epoch), settled(t), scratch);
			talloc_free(scratch);
		}
	}
}

/* Rows are dropped that neither fill a gap nor lie past the end: read again with a gap.
 */
static void keep_new(const struct tail *t, struct rows *rows)
{
	size_t kept = 0, g = 0;

	for (size_t i = 0; i < rows->count; i++) {
		int64_t id = rows->at[i].id;
		while (g < t->gaps.count && t->gaps.list[g].high < id) {
			g++;
		}
		bool in_gap = g < t->gaps.count && t->gaps.list[g].low <= id;
		bool again = i && id == rows->at[i - 1].id;
		if ((in_gap || id > t->seen) && !again) {
			rows->at[kept++] = rows->at[i];
		}
	}
	rows->count = kept;
}

/* One round: read, complete, and only when both went well move on. */
static enum result read_new(struct tail *t, bool *more)
{
	void *mem = talloc_new(NULL);
	struct rows rows = { 0 };
	enum result r = read_rows(t, mem, &rows, more);

	if (r == OK) {
		keep_new(t, &rows);
	}
	if (r == OK && rows.count) {
		struct event *events = die_if_null(
			talloc_zero_array(mem, struct event, (unsigned)rows.count));
		r = event_complete(t->db, mem, rows.at, rows.count, events);
		if (r == OK) {
			struct tail_news *n = news(t);
			encode(t, events, rows.count, &n->batch);
			post(t, n);
		}
	}
	talloc_free(mem);
	return r;
}

/* Settles the gaps that turn out void (chat/log.h says when). */
static enum result judge_gaps(struct tail *t)
{
	int64_t now = clock_monotonic_ms();
	enum result r = OK;

	for (size_t i = t->gaps.count; r == OK && i > 0; i--) {
		struct gap *g = &t->gaps.list[i - 1];
		bool first = g->empty_since == 0;
		enum log_gap found;
		if (!first && now - g->empty_since < LOG_GAP_PATIENCE_MS) {
			continue;
		}
		void *mem = talloc_new(NULL);
		r = log_look_at_gap(t->db, mem, g->low, g->high, &found);
		talloc_free(mem);
		if (r == OK && found != LOG_GAP_EMPTY) {
			g->empty_since = 0;
		} else if (r == OK && first) {
			g->empty_since = now;
		} else if (r == OK) {
			gaps_remove(&t->gaps, i - 1);
		}
	}
	if (r == OK && settled(t) != t->settled_told) {
		post(t, news(t));
	}
	return r;
}

static void start_from(struct tail *t, const struct log_place *place)
{
	struct tail_news *n;

	memcpy(t->epoch, place->epoch.ptr, place->epoch.len);
	t->epoch[place->epoch.len] = '\0';
	gaps_finish(&t->gaps);
	t->seen = t->settled_marked = place->settled;
	t->started = true;
	n = news(t);
	n->restart = true;
	post(t, n);
	log_info("log_opened", "epoch", t->epoch, NULL);
}

/* Once a second: is it still the same log, and tell other readers how far it is settled.
 */
static enum result look_at_mark(struct tail *t)
{
	int64_t now = clock_monotonic_ms();
	struct log_place place;

	bool nudged = atomic_exchange(&t->nudged, false);

	if (t->started && !nudged && now - t->marked_at < MARK_EVERY_MS) {
		return OK;
	}
	void *mem = talloc_new(NULL);
	enum result r = OK;
	if (t->started && settled(t) > t->settled_marked) {
		r = q_log_settle(t->db, settled(t), str_from(t->epoch));
	}
	if (r == OK) {
		r = log_mark_read(t->db, mem, &place);
	}
	if (r == OK) {
		t->marked_at = now;
		t->purged = place.purged;
		if (!t->started || !str_eq(place.epoch, str_from(t->epoch))) {
			start_from(t, &place);
		}
		t->settled_marked = settled(t);
	}
	talloc_free(mem);
	return r;
}

/* Typing and receipts; presence has a thread of its own. */
static enum result read_fleeting(struct tail *t)
{
	struct row_fleeting_after *rows;
	size_t n;
	void *mem = talloc_new(NULL);
	enum result r = fleeting_read(t->db, mem, &t->fleeting, &rows, &n);
	struct fleeting_news *news = r == OK && n ? fleeting_encode(rows, n) : NULL;

	if (news) {
		news->mail.deliver = t->deliver_fleeting;
		mailbox_post(t->box, &news->mail);
	}
	talloc_free(mem);
	return r;
}

static enum result one_round(struct tail *t, bool *more)
{
	enum result r = look_at_mark(t);

	*more = false;
	if (r == OK) {
		r = read_new(t, more);
	}
	if (r == OK && !*more && t->gaps.count) {
		r = judge_gaps(t);
	}
	return r == OK ? read_fleeting(t) : r;
}

static void wait_for_more(const struct tail *t)
{
	struct pollfd p = { .fd = t->wake_fd, .events = POLLIN };
	int64_t wait = t->conf->poll_ms;

	if (t->gaps.count && wait > GAP_POLL_MS) {
		wait = GAP_POLL_MS;
	}
	poll(&p, 1, (int)wait);
	wake_drain(t->wake_fd);
}

static void say_state(struct tail *t, enum result r)
{
	if (r != OK && !t->down) {
		log_error("log_unreadable", "why", db_error(t->db), NULL);
	} else if (r == OK && t->down) {
		log_info("log_readable", NULL);
	}
	t->down = r != OK;
}

static void *run(void *arg)
{
	struct tail *t = arg;
	struct db_options options = { .cnf = t->conf->db_cnf, .timeout_s = DB_TIMEOUT_S };
	bool more = false;

	db_thread_start();
	t->db = db_create(NULL, &options);
	for (;;) {
		if (!more) {
			wait_for_more(t);
		}
		say_state(t, one_round(t, &more));
	}
	return NULL;
}

void tail_nudge(struct tail *t)
{
	atomic_store(&t->nudged, true);
	wake_send(t->nudge_fd, t->conf->run_dir);
}

struct tail *tail_start(const struct conf *conf, struct mailbox *box,
			void (*deliver)(struct mail *mail, void *hub),
			void (*deliver_fleeting)(struct mail *mail, void *hub))
{
	struct tail *t = die_if_null(calloc(1, sizeof *t));
	pthread_t thread;

	t->conf = conf;
	t->box = box;
	t->deliver = deliver;
	t->deliver_fleeting = deliver_fleeting;
	t->wake_fd = wake_receiver(conf->run_dir);
	t->nudge_fd = wake_sender(conf->run_dir);
	if (pthread_create(&thread, NULL, run, t)) {
		die("can't start the tail's thread");
	}
	pthread_detach(thread);
	return t;
}
