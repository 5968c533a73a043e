/* room.c - rooms: as somebody sees them, their making, changing and end. */
#include "chat/room.h"

#include <talloc.h>

#include "base/buf.h"
#include "base/die.h"
#include "chat/direct.h"
#include "chat/event.h"
#include "chat/lookup.h"
#include "chat/member.h"

/* A name or topic of 64 code points, each of them escaped. */
#define PATTERN_BYTES 1024

static struct message *last_message(const void *mem, const struct row_room *row)
{
	if (row->m_seq == DB_NULL) {
		return NULL;
	}
	struct message *m = die_if_null(talloc_zero(mem, struct message));
	m->row = (struct row_message){
		.room = row->id,
		.seq = row->m_seq,
		.user = row->m_user,
		.client_id = row->m_client_id,
		.body = row->m_body,
		.reply_to = row->m_reply_to,
		.created_at = row->m_created_at,
		.edited_at = row->m_edited_at,
		.deleted = row->m_deleted,
		.reacted = row->m_reacted,
		.attached = row->m_attached,
	};
	return m;
}

static struct room from_row(const void *mem, const struct row_room *row)
{
	struct room out = {
		.id = row->id,
		.kind = (enum room_kind)row->kind,
		.name = row->name,
		.topic = row->topic,
		.last_seq = row->last_seq,
		.members = row->members,
		.created_by = row->created_by,
		.created_at = row->created_at,
		.role = ROLE_NONE,
	};

	if (row->role != DB_NULL) {
		out.role = (enum role)row->role;
		out.notify = (enum notify)row->notify;
		out.last_read = row->last_read;
		out.unread = row->unread;
		out.last_message = last_message(mem, row);
	}
	return out;
}

static enum result complete_messages(struct chat *c, struct room *rooms, size_t n)
{
	struct message **list =
		die_if_null(talloc_array(c->mem, struct message *, (unsigned)n + 1));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (rooms[i].last_message) {
			list[count++] = rooms[i].last_message;
		}
	}
	return message_complete(c->db, c->mem, list, count);
}

static enum result complete_peers(struct chat *c, const struct row_room *rows,
				  struct room *rooms, size_t n)
{
	struct id_list ids = { 0 };
	struct user_list users;

	for (size_t i = 0; i < n; i++) {
		if (rooms[i].kind == ROOM_DIRECT) {
			id_list_add(c->mem, &ids, direct_peer(rows[i].pair, c->user));
		}
	}
	enum result r = lookup_users(c->db, c->mem, &ids, &users);
	for (size_t i = 0; r == OK && ids.count && i < n; i++) {
		if (rooms[i].kind == ROOM_DIRECT) {
			rooms[i].peer = user_list_find(
				&users, direct_peer(rows[i].pair, c->user));
		}
	}
	return r;
}

/* What is unread may hold mentions: one query for all rooms. */
static enum result complete_mentions(struct chat *c, struct room *rooms, size_t n)
{
	struct row_mention_counts *counts;
	bool any = false;
	size_t m;

	for (size_t i = 0; i < n; i++) {
		any = any || rooms[i].unread > 0;
	}
	if (!any) {
		return OK;
	}
	enum result r = q_mention_counts(c->db, c->mem, c->user, &counts, &m);
	for (size_t i = 0; r == OK && i < m; i++) {
		for (size_t k = 0; k < n; k++) {
			if (rooms[k].id == counts[i].room) {
				rooms[k].mentions = counts[i].count;
			}
		}
	}
	return r;
}

static enum result complete(struct chat *c, const struct row_room *rows, size_t n,
			    struct room **out)
{
	struct room *rooms =
		die_if_null(talloc_zero_array(c->mem, struct room, (unsigned)n + 1));

	for (size_t i = 0; i < n; i++) {
		rooms[i] = from_row(c->mem, &rows[i]);
	}
	*out = rooms;
	enum result r = complete_messages(c, rooms, n);
	if (r == OK) {
		r = complete_peers(c, rows, rooms, n);
	}
	return r == OK ? complete_mentions(c, rooms, n) : r;
}

enum result room_list(struct chat *c, struct room **rooms, size_t *count)
{
	struct row_room *rows;

	enum result r = q_room_mine(c->db, c->mem, c->user, &rows, count);
	return r == OK ? complete(c, rows, *count, rooms) : r;
}

/* "%text%" with what LIKE would read as more than itself escaped by "!". */
static struct str pattern(const void *mem, struct str text)
{
	struct buf b;

	buf_init(&b, mem, PATTERN_BYTES);
	buf_add_lit(&b, "%");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '!') {
			buf_add_lit(&b, "!");
		}
		buf_add(&b, &text.ptr[i], 1);
	}
	buf_add_lit(&b, "%");
	return buf_str(&b);
}

enum result room_list_public(struct chat *c, struct str text, int64_t limit,
			     struct room **rooms, size_t *count)
{
	struct row_room *rows;

	enum result r = q_room_public(c->db, c->mem, c->user, pattern(c->mem, text),
				      limit, &rows, count);
	return r == OK ? complete(c, rows, *count, rooms) : r;
}

static enum result not_found(struct chat *c)
{
	return chat_fail(c, E_NOT_FOUND, "room_not_found", "There is no such room.",
			 NULL);
}

enum result room_get(struct chat *c, int64_t id, struct room *out)
{
	struct row_room *rows;
	struct room *rooms;
	size_t n;

	enum result r = q_room_one(c->db, c->mem, id, c->user, &rows, &n);
	if (r != OK) {
		return r;
	}
	if (n == 0 || (rows->role == DB_NULL && rows->kind != ROOM_PUBLIC)) {
		return not_found(c);
	}
	r = complete(c, rows, 1, &rooms);
	if (r == OK) {
		*out = *rooms;
	}
	return r;
}

enum result room_last_seq(struct chat *c, int64_t id, int64_t *seq)
{
	struct row_room_last_seq *rows;
	size_t n;

	enum result r = q_room_last_seq(c->db, c->mem, id, &rows, &n);
	if (r != OK) {
		return r;
	}
	*seq = n ? rows->last_seq : 0;
	return n ? OK : not_found(c);
}

struct making {
	struct chat *c;
	enum room_kind kind;
	struct str name;
	struct str topic;
	int64_t room;
};

static enum result create_work(struct db *db, void *arg)
{
	struct making *m = arg;
	struct chat *c = m->c;

	enum result r = q_room_insert(db, m->kind, m->name, m->topic,
				      m->kind == ROOM_PUBLIC ? m->name : STR_NONE,
				      STR_NONE, c->user, c->now);
	if (r != OK) {
		return r;
	}
	m->room = db_insert_id(db);
	r = q_member_insert(db, m->room, c->user, ROLE_OWNER, c->now, 1, 0);
	return r == OK ? event_insert(c, m->room, 1, EVENT_JOIN, c->user, 0, STR_NONE)
		       : r;
}

static enum result blank_name(struct chat *c)
{
	return chat_fail(c, E_FIELD, "blank", "A room needs a name that can be seen.",
			 "name");
}

enum result room_create(struct chat *c, enum room_kind kind, struct str name,
			struct str topic, struct room *out)
{
	struct making m = {
		.c = c,
		.kind = kind,
		.name = str_trim(name),
		.topic = topic.ptr ? str_trim(topic) : STR(""),
	};

	if (m.name.len == 0) {
		return blank_name(c);
	}
	enum result r = db_transaction(c->db, create_work, &m);
	return r == OK ? room_get(c, m.room, out) : r;
}

struct changing {
	struct chat *c;
	int64_t room;
	struct str name;
	struct str topic;
	int64_t notify;
};

static enum result describe(struct changing *w, const struct access *a)
{
	struct str name = w->name.ptr ? w->name : a->name;
	struct str topic = w->topic.ptr ? w->topic : a->topic;

	if (a->kind == ROOM_DIRECT) {
		return chat_fail(w->c, E_FORBIDDEN, "not_allowed",
				 "A direct room has no name and topic.", NULL);
	}
	if (str_eq(name, a->name) && str_eq(topic, a->topic)) {
		return OK;
	}
	enum result r = q_room_describe(w->c->db, w->room, name, topic,
					a->kind == ROOM_PUBLIC ? name : STR_NONE);
	return r == OK ? event_append(w->c, w->room, EVENT_ROOM, 0, 0, STR_NONE, NULL)
		       : r;
}

static enum result change_work(struct db *db, void *arg)
{
	struct changing *w = arg;
	struct access a;
	bool describes = w->name.ptr || w->topic.ptr;

	enum result r = member_lock(w->c, w->room,
				    describes ? LEVEL_MODERATOR : LEVEL_MEMBER, &a);
	if (r == OK && describes) {
		r = describe(w, &a);
	}
	if (r == OK && w->notify >= 0) {
		r = q_member_set_notify(db, w->room, w->c->user, w->notify);
	}
	return r;
}

enum result room_change(struct chat *c, int64_t id, const struct room_change *change,
			struct room *out)
{
	struct changing w = {
		.c = c,
		.room = id,
		.name = change->name.ptr ? str_trim(change->name) : STR_NONE,
		.topic = change->topic.ptr ? str_trim(change->topic) : STR_NONE,
		.notify = change->notify,
	};

	if (w.name.ptr && w.name.len == 0) {
		return blank_name(c);
	}
	enum result r = db_transaction(c->db, change_work, &w);
	return r == OK ? room_get(c, id, out) : r;
}

/* An admin need not be in the room, nor be allowed to see it. */
static enum result may_delete(struct changing *w)
{
	struct row_room_lock *rows;
	struct access a;
	size_t n;

	if (!w->c->admin) {
		enum result r = member_lock(w->c, w->room, LEVEL_OWNER, &a);
		return r == OK && a.kind == ROOM_DIRECT
			       ? chat_fail(w->c, E_FORBIDDEN, "not_allowed",
					   "A direct room belongs to both.", NULL)
			       : r;
	}
	enum result r = q_room_lock(w->c->db, w->c->mem, w->room, &rows, &n);
	if (r == OK && (n == 0 || rows->gone || rows->kind == ROOM_SELF)) {
		return not_found(w->c);
	}
	return r;
}

static enum result delete_work(struct db *db, void *arg)
{
	struct changing *w = arg;

	enum result r = may_delete(w);
	if (r == OK) {
		r = event_append(w->c, w->room, EVENT_GONE, 0, 0, STR_NONE, NULL);
	}
	if (r == OK) {
		r = q_room_end(db, w->room);
	}
	if (r == OK) {
		r = q_media_release_room(db, w->room);
	}
	return r == OK ? q_mention_end(db, w->room) : r;
}

enum result room_delete(struct chat *c, int64_t id)
{
	struct changing w = { .c = c, .room = id };

	return db_transaction(c->db, delete_work, &w);
}
