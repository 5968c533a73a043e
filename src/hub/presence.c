/* presence.c - who is online, as users see it.
 *
 * The truth is user.online_until, which streams and requests push on; it runs out by
 * itself, whatever happens to the hub. A change is told when somebody says there may be
 * one (the table fleeting) or when a time ran out, at most once in some seconds per user,
 * and only if the state is another than the one told last. */
#include "hub/presence.h"

#include <stdlib.h>
#include <talloc.h>
#include <time.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/map.h"
#include "hub/fleeting.h"
#include "view/view.h"

#define TICK_MS 500
/* Well within the time to live, so that one missed turn is no flicker. */
#define EXTEND_EVERY_MS 10000
#define TELL_EVERY_MS 5000
#define FLEETING_KEEP_MS 15000
#define GROUP_USERS 500
#define DB_TIMEOUT_S 5

struct note {
	struct note *next;
	int64_t user;
	bool here;
};

/* What the thread knows of a user; kept while they are here or were told online. */
struct known {
	struct known *next;
	int64_t user;
	bool here;
	bool asked; /* may have changed: look it up */
	enum presence told;
	int64_t told_at; /* monotonic ms, 0 = never told */
};

struct presence_thread {
	const struct conf *conf;
	const struct counters *counters;
	struct counters_published published;
	struct mailbox *box;
	void (*deliver)(struct mail *mail, void *hub);
	pthread_mutex_t lock;
	struct note *first, **last;
	struct db *db;
	struct map users;
	struct known *list;
	struct fleeting_place place;
	int64_t swept;       /* by the database's clock: expiries up to here are told */
	int64_t extended_at; /* monotonic ms */
};

void presence_note(struct presence_thread *t, int64_t user, bool here)
{
	struct note *n = die_if_null(calloc(1, sizeof *n));

	n->user = user;
	n->here = here;
	pthread_mutex_lock(&t->lock);
	*t->last = n;
	t->last = &n->next;
	pthread_mutex_unlock(&t->lock);
}

static struct note *take_notes(struct presence_thread *t)
{
	pthread_mutex_lock(&t->lock);
	struct note *n = t->first;
	t->first = NULL;
	t->last = &t->first;
	pthread_mutex_unlock(&t->lock);
	return n;
}

static struct known *know(struct presence_thread *t, int64_t user)
{
	struct known *k = map_get(&t->users, user);
	if (!k) {
		k = die_if_null(calloc(1, sizeof *k));
		k->user = user;
		k->next = t->list;
		t->list = k;
		map_put(&t->users, user, k);
	}
	return k;
}

/* Pushes the end of the presence of all in ids on; tells of those who were offline. */
static enum result extend(struct presence_thread *t, const void *mem, struct str ids,
			  int64_t now)
{
	struct row_presence_offline *offline;
	size_t n;
	enum result r = q_presence_offline(t->db, mem, ids, now, &offline, &n);

	if (r == OK) {
		r = q_presence_extend_all(t->db, ids, now + PRESENCE_TTL_MS, now);
	}
	for (size_t i = 0; r == OK && i < n; i++) {
		fleeting_presence(t->db, offline[i].user, now);
	}
	return r;
}

/* Users for one statement, as a JSON array: one round trip and one fsync for many. */
struct group {
	struct presence_thread *t;
	const void *mem;
	int64_t now;
	struct buf ids;
	int count;
	enum result result;
};

static void group_send(struct group *g)
{
	if (g->count && g->result == OK) {
		buf_add_lit(&g->ids, "]");
		g->result = extend(g->t, g->mem, buf_str(&g->ids), g->now);
	}
	g->ids.len = 0;
	g->count = 0;
}

static void group_add(struct group *g, int64_t user)
{
	buf_add_str(&g->ids, g->count ? STR(",") : STR("["));
	buf_add_int(&g->ids, user);
	if (++g->count == GROUP_USERS) {
		group_send(g);
	}
}

static struct group group_of(struct presence_thread *t, const void *mem, int64_t now)
{
	struct group g = { .t = t, .mem = mem, .now = now, .result = OK };
	buf_init(&g.ids, mem, GROUP_USERS * 24);
	return g;
}

/* Coming and going both push the end on: who goes stays online for the time to live, so
 * that a reconnect is no news. */
static enum result apply_notes(struct presence_thread *t, const void *mem, int64_t now)
{
	struct group g = group_of(t, mem, now);
	struct note *n = take_notes(t);

	while (n) {
		struct note *next = n->next;
		know(t, n->user)->here = n->here;
		group_add(&g, n->user);
		free(n);
		n = next;
	}
	group_send(&g);
	return g.result;
}

static enum result extend_all(struct presence_thread *t, const void *mem, int64_t now)
{
	struct group g = group_of(t, mem, now);
	int64_t mono = clock_monotonic_ms();

	if (mono - t->extended_at < EXTEND_EVERY_MS) {
		return OK;
	}
	t->extended_at = mono;
	for (const struct known *k = t->list; k; k = k->next) {
		if (k->here) {
			group_add(&g, k->user);
		}
	}
	group_send(&g);
	return g.result == OK ? q_fleeting_purge(t->db, now - FLEETING_KEEP_MS)
			      : g.result;
}

static enum result note_changes(struct presence_thread *t, const void *mem, int64_t now)
{
	struct row_fleeting_after *rows;
	struct row_presence_expired *expired;
	size_t n;
	enum result r = fleeting_read(t->db, mem, &t->place, &rows, &n);

	for (size_t i = 0; r == OK && i < n; i++) {
		if (rows[i].type == FLEETING_PRESENCE) {
			know(t, rows[i].user)->asked = true;
		}
	}
	if (r == OK && t->swept && now > t->swept) {
		r = q_presence_expired(t->db, mem, t->swept, now, &expired, &n);
		for (size_t i = 0; r == OK && i < n; i++) {
			know(t, expired[i].user)->asked = true;
		}
	}
	if (r == OK) {
		t->swept = now;
	}
	return r;
}

static struct frame *encode(int64_t user, enum presence state, int64_t last_seen)
{
	void *mem = die_if_null(talloc_new(NULL));
	struct buf text;

	buf_init(&text, mem, 1024);
	struct json j = json_into(&text);
	view_presence(&j, user, state, last_seen);
	struct frame *f = frame_event(STR_NONE, buf_str(&text));
	talloc_free(mem);
	return f;
}

/* Looks one user up and, if there is news, adds it. */
static enum result tell_one(struct presence_thread *t, const void *mem, struct known *k,
			    struct fleeting_news *news)
{
	struct row_presence_state *state;
	struct row_presence_rooms *rooms;
	size_t n;
	enum result r = q_presence_state(t->db, mem, k->user, &state, &n);

	if (r != OK || n == 0 || (k->told_at && (int64_t)k->told == state->state)) {
		k->asked = r != OK;
		return r;
	}
	r = q_presence_rooms(t->db, mem, k->user, FLEETING_MAX_MEMBERS, &rooms, &n);
	if (r != OK) {
		return r;
	}
	struct fleeting_item *item = &news->items[news->count++];
	*item = (struct fleeting_item){
		.frame = encode(k->user, (enum presence)state->state, state->last_seen),
		.user = k->user,
		.type = FLEETING_PRESENCE,
		.rooms = die_if_null(calloc(n + 1, sizeof *item->rooms)),
		.room_count = n,
	};
	for (size_t i = 0; i < n; i++) {
		item->rooms[i] = rooms[i].room;
	}
	k->told = (enum presence)state->state;
	k->told_at = clock_monotonic_ms();
	k->asked = false;
	return OK;
}

/* Everything that may be told now goes out together: one write for each stream. */
static enum result tell_changes(struct presence_thread *t, const void *mem)
{
	int64_t due = clock_monotonic_ms() - TELL_EVERY_MS;
	struct fleeting_news *news = die_if_null(calloc(1, sizeof *news));
	enum result r = OK;

	news->items = die_if_null(calloc(t->users.count + 1, sizeof *news->items));
	for (struct known *k = t->list; k && r == OK; k = k->next) {
		if (k->asked && (k->told_at == 0 || k->told_at <= due)) {
			r = tell_one(t, mem, k, news);
		}
	}
	if (news->count) {
		news->mail.deliver = t->deliver;
		mailbox_post(t->box, &news->mail);
	} else {
		fleeting_news_free(news);
	}
	return r;
}

/* Those who are gone and were told so. */
static void forget(struct presence_thread *t)
{
	struct known **at = &t->list;

	while (*at) {
		struct known *k = *at;
		bool over = k->told == PRESENCE_OFFLINE || k->told_at == 0;
		if (k->here || k->asked || !over) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		map_remove(&t->users, k->user);
		free(k);
	}
}

static enum result one_turn(struct presence_thread *t, const void *mem)
{
	struct row_clock *clock;
	size_t n;
	enum result r = q_clock(t->db, mem, &clock, &n);

	if (r == OK) {
		r = apply_notes(t, mem, clock->now);
	}
	if (r == OK) {
		r = extend_all(t, mem, clock->now);
	}
	if (r == OK) {
		r = note_changes(t, mem, clock->now);
	}
	if (r == OK) {
		r = tell_changes(t, mem);
	}
	if (r == OK) {
		r = counters_publish(t->db, t->counters, &t->published, clock->now);
	}
	forget(t);
	return r;
}

static void *run(void *arg)
{
	struct presence_thread *t = arg;
	struct db_options options = { .cnf = t->conf->db_cnf, .timeout_s = DB_TIMEOUT_S };
	struct timespec tick = { 0, TICK_MS * 1000000L };

	db_thread_start();
	t->db = db_create(NULL, &options);
	for (;;) {
		void *mem = die_if_null(talloc_new(NULL));
		one_turn(t, mem);
		talloc_free(mem);
		nanosleep(&tick, NULL);
	}
	return NULL;
}

struct presence_thread *presence_start(const struct conf *conf,
				       const struct counters *counters,
				       struct mailbox *box,
				       void (*deliver)(struct mail *mail, void *hub))
{
	struct presence_thread *t = die_if_null(calloc(1, sizeof *t));
	pthread_t thread;

	t->conf = conf;
	t->counters = counters;
	t->box = box;
	t->deliver = deliver;
	t->last = &t->first;
	pthread_mutex_init(&t->lock, NULL);
	if (pthread_create(&thread, NULL, run, t)) {
		die("can't start the presence thread");
	}
	pthread_detach(thread);
	return t;
}
