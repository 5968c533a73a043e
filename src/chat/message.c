/* message.c - paging, editing and deleting; sending is send.c. */
#include "chat/message.h"

#include <talloc.h>

#include "base/die.h"
#include "chat/attachment.h"
#include "chat/event.h"
#include "chat/fleeting.h"
#include "chat/member.h"
#include "chat/mention.h"
#include "chat/page_cache.h"
#include "chat/reaction.h"
#include "chat/session.h"

enum result message_complete(struct db *db, const void *mem,
			     struct message *const *messages, size_t n)
{
	enum result r = reaction_fill(db, mem, messages, n);

	return r == OK ? attachment_fill(db, mem, messages, n) : r;
}

static enum result not_found(struct chat *c)
{
	return chat_fail(c, E_NOT_FOUND, "message_not_found", "There is no such message.",
			 NULL);
}

enum result message_get(struct chat *c, int64_t room, int64_t seq, struct message *out)
{
	struct row_message *rows;
	size_t n;

	enum result r = q_message_get(c->db, c->mem, room, seq, &rows, &n);
	if (r != OK) {
		return r;
	}
	if (n == 0) {
		return not_found(c);
	}
	*out = (struct message){ .row = *rows };
	struct message *list[] = { out };
	return message_complete(c->db, c->mem, list, 1);
}

/* Takes count rows from rows on, in their order or turned round. */
static void take_rows(struct message_page *page, const struct row_message *rows,
		      size_t count, bool turned)
{
	for (size_t i = 0; i < count; i++) {
		const struct row_message *row = &rows[turned ? count - 1 - i : i];
		page->at[page->count++] = (struct message){ .row = *row };
	}
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The message itself counts as one of the older half. */
static enum result list_around(struct chat *c, int64_t room, int64_t seq, size_t limit,
			       struct message_page *page)
{
	struct row_message *old;
	struct row_message *young;
	size_t olds;
	size_t youngs;
	int64_t ask = (int64_t)limit + 1;

	enum result r =
		q_message_before(c->db, c->mem, c->user, room, seq + 1, ask, &old, &olds);
	if (r == OK) {
		r = q_message_after(c->db, c->mem, c->user, room, seq, ask, &young,
				    &youngs);
	}
	if (r != OK) {
		return r;
	}
	size_t back = least(olds, limit - least(youngs, (limit - 1) / 2));
	size_t ahead = least(youngs, limit - back);
	take_rows(page, old, back, true);
	take_rows(page, young, ahead, false);
	page->more_before = olds > back;
	page->more_after = youngs > ahead;
	return OK;
}

static enum result list_one_way(struct chat *c, int64_t room, enum message_from from,
				int64_t seq, size_t limit, struct message_page *page)
{
	struct row_message *rows;
	int64_t ask = (int64_t)limit + 1;
	bool before = from == MESSAGES_BEFORE;
	enum result r;
	size_t n;

	if (c->claim.ptr) {
		r = q_message_before_claim(c->db, c->mem, c->claim, SESSION_TOUCH_MS,
					   PRESENCE_SPARE_MS, room, seq, ask, &rows, &n);
	} else if (before) {
		r = q_message_before(c->db, c->mem, c->user, room, seq, ask, &rows, &n);
	} else {
		r = q_message_after(c->db, c->mem, c->user, room, seq, ask, &rows, &n);
	}
	if (r != OK) {
		return r;
	}
	take_rows(page, rows, least(n, limit), before);
	page->more_before = before && n > limit;
	page->more_after = !before && n > limit;
	return OK;
}

/* The state the room is in, and the page where it is known of that. */
static enum result list_known(struct chat *c, struct page_key key,
			      struct message_page *page)
{
	struct row_message_state_claim *state;
	size_t n;

	enum result r = q_message_state_claim(c->db, c->mem, c->claim, SESSION_TOUCH_MS,
					      PRESENCE_SPARE_MS, key.room, &state, &n);
	if (r != OK || n == 0) {
		return r == OK ? E_AUTH : r;
	}
	page->as_of = (struct as_of){ state->last_seq, state->oldest };
	page->shown = page_cache_get(c->pages, state->epoch, key, page->as_of);
	return OK;
}

static enum result list_newest(struct chat *c, int64_t room, size_t limit,
			       struct message_page *page)
{
	struct page_key key = { room, (int64_t)limit };
	enum result r = OK;

	if (page_cache_serves(c->pages, key)) {
		r = list_known(c, key, page);
	}
	if (r != OK || page->shown.ptr) {
		return r;
	}
	r = list_one_way(c, room, MESSAGES_BEFORE, INT64_MAX, limit, page);
	if (r == OK && page->count) {
		page_cache_note(c->pages, key, page->at[page->count - 1].row.seq);
	}
	return r;
}

static enum result list(struct chat *c, int64_t room, enum message_from from, int64_t seq,
			size_t limit, struct message_page *page)
{
	if (c->claim.ptr && from != MESSAGES_BEFORE) {
		return E_AUTH;
	}
	if (c->claim.ptr && seq == INT64_MAX) {
		return list_newest(c, room, limit, page);
	}
	return from == MESSAGES_AROUND ? list_around(c, room, seq, limit, page)
				       : list_one_way(c, room, from, seq, limit, page);
}

enum result message_list(struct chat *c, int64_t room, enum message_from from,
			 int64_t seq, int64_t limit, struct message_page *page)
{
	unsigned room_for = (unsigned)limit;

	*page = (struct message_page){
		.at = die_if_null(talloc_array(c->mem, struct message, room_for)),
	};
	enum result r = list(c, room, from, seq, room_for, page);
	if (r != OK || page->shown.ptr) {
		return r;
	}
	if (page->count == 0) {
		return c->claim.ptr ? E_AUTH
				    : member_require(c, room, LEVEL_MEMBER, NULL);
	}
	struct message **all =
		die_if_null(talloc_array(c->mem, struct message *, room_for));
	for (size_t i = 0; i < page->count; i++) {
		all[i] = &page->at[i];
	}
	return message_complete(c->db, c->mem, all, page->count);
}

struct change {
	struct chat *c;
	int64_t room;
	int64_t seq;
	struct str body;
};

/* Locks the room, then reads the message. */
static enum result find_locked(struct change *w, struct access *a,
			       struct row_message **message)
{
	size_t n;

	enum result r = member_lock(w->c, w->room, LEVEL_MEMBER, a);
	if (r == OK) {
		r = q_message_get(w->c->db, w->c->mem, w->room, w->seq, message, &n);
	}
	return r == OK && n == 0 ? not_found(w->c) : r;
}

static enum result edit_work(struct db *db, void *arg)
{
	struct change *w = arg;
	struct chat *c = w->c;
	struct row_message *m;
	struct access a;

	enum result r = find_locked(w, &a, &m);
	if (r != OK) {
		return r;
	}
	if (m->user != c->user) {
		return chat_fail(c, E_FORBIDDEN, "not_allowed",
				 "Only who wrote a message may change it.", NULL);
	}
	if (m->deleted) {
		return chat_fail(c, E_CONFLICT, "message_deleted",
				 "The message was deleted.", NULL);
	}
	if (str_eq(m->body, w->body)) {
		return OK;
	}
	r = q_message_edit(db, w->room, w->seq, w->body, c->now);
	if (r == OK) {
		r = q_mention_clear(db, w->room, w->seq);
	}
	if (r == OK) {
		r = mention_note(c, w->room, w->seq, m->user, a.role, w->body);
	}
	return r == OK ? event_append(c, w->room, EVENT_EDIT, 0, w->seq, STR_NONE, NULL)
		       : r;
}

enum result message_edit(struct chat *c, int64_t room, int64_t seq, struct str body,
			 struct message *out)
{
	struct change w = { .c = c, .room = room, .seq = seq, .body = body };

	enum result r = db_transaction(c->db, edit_work, &w);
	return r == OK ? message_get(c, room, seq, out) : r;
}

/* In a direct room nobody moderates the other. */
static bool may_delete(const struct chat *c, const struct access *a,
		       const struct row_message *m)
{
	return m->user == c->user ||
	       (a->role >= ROLE_MODERATOR && a->kind != ROOM_DIRECT);
}

static enum result delete_work(struct db *db, void *arg)
{
	struct change *w = arg;
	struct chat *c = w->c;
	struct row_message *m;
	struct access a;

	enum result r = find_locked(w, &a, &m);
	if (r != OK) {
		return r;
	}
	if (!may_delete(c, &a, m)) {
		return chat_fail(
			c, E_FORBIDDEN, "not_allowed",
			"Only who wrote it, or a moderator, may delete a message.", NULL);
	}
	if (m->deleted) {
		return OK;
	}
	r = q_message_forget_unread(db, w->room, w->seq, m->user);
	if (r == OK) {
		r = q_message_delete(db, w->room, w->seq);
	}
	if (r == OK) {
		r = q_reaction_clear(db, w->room, w->seq);
	}
	if (r == OK) {
		r = q_mention_clear(db, w->room, w->seq);
	}
	if (r == OK && m->attached) {
		r = q_media_release(db, w->room, w->seq);
	}
	return r == OK ? event_append(c, w->room, EVENT_DELETE, 0, w->seq, STR_NONE, NULL)
		       : r;
}

enum result message_delete(struct chat *c, int64_t room, int64_t seq)
{
	struct change w = { .c = c, .room = room, .seq = seq };

	return db_transaction(c->db, delete_work, &w);
}
