/* retention.c - what has had its time goes, a little at a time. */
#include "chat/retention.h"

#include <talloc.h>

#include "auth/throttle.h"
#include "base/die.h"
#include "queries.h"

#define BATCH 500
#define MESSAGE_BATCH 200 /* fewer: the room is locked meanwhile */
#define DAY_MS INT64_C(86400000)
#define NETWORK_DAYS 90
#define MEDIA_BATCH 4 /* fewer still: each is megabytes */

static const char *const names[] = {
	[RETENTION_EVENTS] = "events",     [RETENTION_MESSAGES] = "messages",
	[RETENTION_SESSIONS] = "sessions", [RETENTION_LIMITS] = "limits",
	[RETENTION_NETWORKS] = "networks", [RETENTION_MEDIA] = "media",
};
_Static_assert(sizeof names / sizeof *names == RETENTION_KINDS, "each kind has a name");

const char *retention_name(enum retention_kind kind)
{
	return names[kind];
}

struct step {
	struct db *db;
	const struct conf *conf;
	const void *mem;
	int64_t now;    /* the database's clock */
	int64_t purged; /* events up to this id are to go */
	int64_t removed;
};

/* Adds what the last DELETE removed. */
static enum result count(struct step *s, enum result r)
{
	if (r == OK) {
		s->removed += db_affected(s->db);
	}
	return r;
}

/* Deletes up to the mark; once nothing is left there, moves the mark on and deletes. */
static enum result events(struct step *s)
{
	struct row_purge_old_events *old;
	size_t n;
	enum result r = count(s, q_purge_events(s->db, s->purged, BATCH));

	if (r != OK || s->removed || !s->conf->event_days) {
		return r;
	}
	r = q_purge_old_events(s->db, s->mem, s->now - s->conf->event_days * DAY_MS,
			       BATCH, &old, &n);
	if (r != OK || n == 0 || old->id == DB_NULL) {
		return r;
	}
	r = q_purge_mark(s->db, old->id);
	return r == OK ? count(s, q_purge_events(s->db, old->id, BATCH)) : r;
}

struct room_step {
	struct step *s;
	int64_t room;
	int64_t before;
	int64_t removed;
};

static enum result messages_work(struct db *db, void *arg)
{
	struct room_step *k = arg;
	struct row_purge_lock_room *locked;
	struct row_purge_message_end *end;
	size_t n;
	enum result r = q_purge_lock_room(db, k->s->mem, k->room, &locked, &n);

	k->removed = 0;
	if (r == OK) {
		r = q_purge_message_end(db, k->s->mem, k->room, k->before, MESSAGE_BATCH,
					&end, &n);
	}
	if (r != OK || n == 0 || end->seq == DB_NULL) {
		return r;
	}
	r = q_purge_unread(db, k->room, end->seq);
	if (r == OK) {
		r = q_purge_reactions(db, k->room, end->seq);
	}
	if (r == OK) {
		r = q_media_release_upto(db, k->room, end->seq);
	}
	if (r == OK) {
		r = q_purge_mentions(db, k->room, end->seq);
	}
	if (r == OK) {
		r = q_purge_messages(db, k->room, end->seq);
		k->removed = db_affected(db);
	}
	return r == OK ? q_purge_newest(db, k->room, end->seq) : r;
}

/* One batch of one room. */
static enum result messages(struct step *s)
{
	struct row_purge_rooms *rooms;
	size_t n;

	if (!s->conf->message_days) {
		return OK;
	}
	struct room_step k = { .s = s,
			       .before = s->now - s->conf->message_days * DAY_MS };
	enum result r = q_purge_rooms(s->db, s->mem, k.before, 1, &rooms, &n);
	if (r != OK || n == 0) {
		return r;
	}
	k.room = rooms->id;
	r = db_transaction(s->db, messages_work, &k);
	s->removed += k.removed;
	return r == E_UNKNOWN ? OK : r;
}

static enum result limits(struct step *s)
{
	enum result r = count(s, q_bucket_purge(s->db, s->now, BATCH));

	return r == OK ? count(s, q_login_delay_purge(s->db, s->now - THROTTLE_FORGET_MS,
						      BATCH))
		       : r;
}

static enum result media_work(struct db *db, void *arg)
{
	struct step *s = arg;
	struct row_media_old *old;
	size_t n;

	s->removed = 0;
	enum result r = q_media_released(db, s->mem, MEDIA_BATCH, &old, &n);
	if (r == OK && n == 0) {
		r = q_media_orphans(db, s->mem, s->now - DAY_MS, MEDIA_BATCH, &old, &n);
	}
	for (size_t i = 0; r == OK && i < n; i++) {
		r = q_media_delete(db, old[i].id);
		if (r == OK) {
			r = q_media_delete_chunks(db, old[i].id);
		}
		s->removed++;
	}
	return r;
}

static enum result media(struct step *s)
{
	enum result r = db_transaction(s->db, media_work, s);

	return r == E_UNKNOWN ? OK : r;
}

static enum result run(struct step *s, enum retention_kind kind)
{
	switch (kind) {
	case RETENTION_EVENTS:
		return events(s);
	case RETENTION_MESSAGES:
		return messages(s);
	case RETENTION_SESSIONS:
		return count(s, q_session_purge(s->db, s->now, BATCH));
	case RETENTION_LIMITS:
		return limits(s);
	case RETENTION_NETWORKS:
		return count(s, q_known_network_purge(
					s->db, s->now - NETWORK_DAYS * DAY_MS, BATCH));
	case RETENTION_MEDIA:
		return media(s);
	case RETENTION_KINDS:
		break;
	}
	return E_INTERNAL;
}

enum result retention_step(struct db *db, const struct conf *conf,
			   enum retention_kind kind, int64_t *removed)
{
	void *mem = die_if_null(talloc_new(NULL));
	struct step s = { .db = db, .conf = conf, .mem = mem };
	struct row_purge_clock *clock;
	size_t n;
	enum result r = q_purge_clock(db, mem, &clock, &n);

	if (r == OK && n) {
		s.now = clock->now;
		s.purged = clock->purged;
		r = run(&s, kind);
	}
	*removed = s.removed;
	talloc_free(mem);
	return r;
}
