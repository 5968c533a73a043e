/*
 * read.c - how far somebody has read, and what that leaves unread.
 *
 * unread = room.messages - member.sent - member.unread_base. The member's row is locked
 * first and the room is then read without a lock: sending and deleting both write the
 * member's row inside their transaction, so whatever they changed is either seen here, or
 * waits until this is committed and then sees it. A busy room is not held up by its
 * readers.
 */
#include "chat/read.h"

#include "chat/event.h"
#include "chat/member.h"
#include "queries.h"

struct reading {
	struct chat *c;
	int64_t room;
	int64_t self_room;
	int64_t seq;
};

/* What stays unread above upto; counts the shorter of the two stretches. */
static enum result unread_above(struct reading *w, const struct row_read_state *s,
				int64_t upto, int64_t *unread)
{
	struct row_read_between *rows;
	struct chat *c = w->c;
	size_t n;

	if (upto >= s->last_message) {
		*unread = 0;
		return OK;
	}
	bool below = upto - s->last_read < s->last_message - upto;
	enum result r = q_read_between(c->db, c->mem, w->room, c->user,
				       below ? s->last_read : upto,
				       below ? upto : s->last_message, &rows, &n);
	if (r == OK) {
		*unread = below ? s->messages - s->sent - s->unread_base - rows->count
				: rows->count;
	}
	return r;
}

static enum result tell(struct reading *w, int64_t upto, int64_t unread)
{
	struct row_mention_count *left;
	struct chat *c = w->c;
	size_t n;

	enum result r = q_mention_read(c->db, c->user, w->room, upto);
	if (r == OK) {
		r = q_mention_count(c->db, c->mem, c->user, w->room, &left, &n);
	}
	if (r != OK) {
		return r;
	}
	struct str data = str_printf(c->mem, "%lld %lld %lld", (long long)upto,
				     (long long)unread, (long long)left->count);
	return event_append(c, w->self_room, EVENT_READ, 0, w->room, data, NULL);
}

static enum result read_work(struct db *db, void *arg)
{
	struct reading *w = arg;
	struct row_read_lock *lock;
	struct row_read_state *s;
	struct chat *c = w->c;
	int64_t unread;
	size_t n;

	enum result r = q_read_lock(db, c->mem, w->room, c->user, &lock, &n);
	if (r == OK && n) {
		r = q_read_state(db, c->mem, w->room, c->user, &s, &n);
	}
	if (r != OK) {
		return r;
	}
	if (n == 0) {
		r = member_require(c, w->room, LEVEL_MEMBER, NULL);
		return r == OK ? E_RETRY : r;
	}
	int64_t upto = w->seq < s->last_seq ? w->seq : s->last_seq;
	if (upto <= s->last_read) {
		return OK;
	}
	r = unread_above(w, s, upto, &unread);
	if (r == OK) {
		r = q_read_set(db, w->room, c->user, upto,
			       s->messages - s->sent - unread);
	}
	return r == OK ? tell(w, upto, unread) : r;
}

enum result read_upto(struct chat *c, int64_t room, int64_t self_room, int64_t seq)
{
	struct reading w = { .c = c, .room = room, .self_room = self_room, .seq = seq };

	return db_transaction(c->db, read_work, &w);
}
