/* lookup.c - threads that ask the database what the loop must know of one stream. */
#include "hub/lookup.h"

#include <stdlib.h>
#include <talloc.h>

#include "base/clock.h"
#include "base/die.h"

/* A request must be answered within 3 s (THREATS 30): older questions are not asked any
 * more. */
#define STALE_MS 2000
#define DB_TIMEOUT_S 2
#define PAGE_ROWS 200

struct lookup_pool {
	const struct conf *conf;
	struct mailbox *box;
	void (*deliver)(struct mail *mail, void *hub);
	pthread_mutex_t lock;
	pthread_cond_t asked;
	struct lookup *first, **last;
};

struct lookup *lookup_create(enum lookup_kind kind, struct stream *stream)
{
	struct lookup *l = die_if_null(calloc(1, sizeof *l));
	l->kind = kind;
	l->stream = stream;
	l->asked_at = clock_monotonic_ms();
	l->mem = die_if_null(talloc_new(NULL));
	return l;
}

void lookup_destroy(struct lookup *l)
{
	batch_finish(&l->batch);
	talloc_free(l->mem);
	free(l);
}

void lookup_ask(struct lookup_pool *pool, struct lookup *l)
{
	l->next = NULL;
	pthread_mutex_lock(&pool->lock);
	*pool->last = l;
	pool->last = &l->next;
	pthread_cond_signal(&pool->asked);
	pthread_mutex_unlock(&pool->lock);
}

static struct lookup *take(struct lookup_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (!pool->first) {
		pthread_cond_wait(&pool->asked, &pool->lock);
	}
	struct lookup *l = pool->first;
	pool->first = l->next;
	if (!pool->first) {
		pool->last = &pool->first;
	}
	pthread_mutex_unlock(&pool->lock);
	return l;
}

/*
 * The loop's idea of what has left the log may be a second old, and so may its epoch:
 * ask. E_RETRY where another log is there by now, which the loop does not know yet.
 */
static enum result check_log(struct db *db, const struct lookup *l,
			     struct log_place *place)
{
	struct log_place mark;
	enum result r = log_mark_read(db, l->mem, &mark);

	if (r == OK && !str_eq(mark.epoch, place->epoch)) {
		return E_RETRY;
	}
	if (r == OK) {
		place->purged = mark.purged;
	}
	return r;
}

static enum result answer_open(struct db *db, struct lookup *l)
{
	struct log_place place = {
		.epoch = str_from(l->epoch),
		.settled = l->settled,
		.purged = l->purged,
	};
	struct str cursor = l->has_cursor ? str_from(l->cursor) : STR_NONE;
	enum result r = session_find(db, l->mem, str_from(l->token), &l->session);

	if (r == OK) {
		r = log_sight_at(db, l->mem, l->session.user, l->upto, &l->sight);
	}
	if (r == OK && l->has_cursor) {
		r = check_log(db, l, &place);
	}
	if (r == OK) {
		r = log_resume(db, l->mem, cursor, &place, &l->resume, &l->position);
	}
	return r;
}

static enum result answer_page(struct db *db, struct lookup *l)
{
	struct row_event *rows;
	struct log_place mark;
	int64_t from = l->position;
	size_t n;
	enum result r = log_page(db, l->mem, l->user, l->upto, PAGE_ROWS, &l->position,
				 &rows, &n);

	if (r == OK) {
		/* Read after the page: had something been purged before, this would say
		 * so. */
		r = log_mark_read(db, l->mem, &mark);
	}
	if (r == OK && mark.purged > from) {
		return E_CONFLICT;
	}
	struct event *events = die_if_null(
		talloc_zero_array(l->mem, struct event, (unsigned)(r == OK ? n : 0) + 1));
	if (r == OK) {
		r = event_complete(db, l->mem, rows, n, events);
	}
	if (r != OK) {
		return r;
	}
	l->batch.entries = die_if_null(calloc(n + 1, sizeof *l->batch.entries));
	for (size_t i = 0; i < n; i++) {
		int64_t cursor = rows[i].id < l->settled ? rows[i].id : l->settled;
		l->batch.entries[l->batch.count++] =
			entry_encode(&events[i], str_from(l->epoch), cursor, l->mem);
	}
	return OK;
}

static void *run(void *arg)
{
	struct lookup_pool *pool = arg;
	struct db_options options = { .cnf = pool->conf->db_cnf,
				      .timeout_s = DB_TIMEOUT_S };

	db_thread_start();
	struct db *db = db_create(NULL, &options);
	for (;;) {
		struct lookup *l = take(pool);
		if (clock_monotonic_ms() - l->asked_at > STALE_MS) {
			l->result = E_UNAVAILABLE;
		} else if (l->kind == LOOKUP_OPEN) {
			l->result = answer_open(db, l);
		} else {
			l->result = answer_page(db, l);
		}
		l->mail.deliver = pool->deliver;
		mailbox_post(pool->box, &l->mail);
	}
	return NULL;
}

struct lookup_pool *lookup_start(const struct conf *conf, int threads,
				 struct mailbox *box,
				 void (*deliver)(struct mail *mail, void *hub))
{
	struct lookup_pool *pool = die_if_null(calloc(1, sizeof *pool));
	pthread_t thread;

	pool->conf = conf;
	pool->box = box;
	pool->deliver = deliver;
	pool->last = &pool->first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->asked, NULL);
	for (int i = 0; i < threads; i++) {
		if (pthread_create(&thread, NULL, run, pool)) {
			die("can't start a lookup thread");
		}
		pthread_detach(thread);
	}
	return pool;
}
