/* room_read.c - rooms as somebody sees them: a list, or one. */
#include <stdlib.h>
#include <talloc.h>

#include "base/buf.h"
#include "base/die.h"
#include "chat/direct.h"
#include "chat/lookup.h"
#include "chat/room.h"
#include "chat/room_cache.h"

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
		out.newest = out.last_message ? row->m_seq : 0;
	}
	return out;
}

/* Rooms on their way from the database, and for direct ones the pair of each. */
struct reading {
	struct room *at;
	struct str *pairs;
	size_t count;
};

static struct reading reading_of(const void *mem, size_t count)
{
	return (struct reading){
		.at = die_if_null(
			talloc_zero_array(mem, struct room, (unsigned)count + 1)),
		.pairs = die_if_null(
			talloc_zero_array(mem, struct str, (unsigned)count + 1)),
		.count = count,
	};
}

static enum result complete_messages(struct chat *c, const struct reading *rooms)
{
	struct message **list = die_if_null(
		talloc_array(c->mem, struct message *, (unsigned)rooms->count + 1));
	size_t count = 0;

	for (size_t i = 0; i < rooms->count; i++) {
		if (rooms->at[i].last_message) {
			list[count++] = rooms->at[i].last_message;
		}
	}
	return message_complete(c->db, c->mem, list, count);
}

static enum result complete_peers(struct chat *c, const struct reading *rooms)
{
	struct id_list ids = { 0 };
	struct user_list users;

	for (size_t i = 0; i < rooms->count; i++) {
		if (rooms->pairs[i].ptr) {
			id_list_add(c->mem, &ids, direct_peer(rooms->pairs[i], c->user));
		}
	}
	enum result r = lookup_users(c->db, c->mem, &ids, &users);
	for (size_t i = 0; r == OK && ids.count && i < rooms->count; i++) {
		if (rooms->pairs[i].ptr) {
			rooms->at[i].peer = user_list_find(
				&users, direct_peer(rooms->pairs[i], c->user));
		}
	}
	return r;
}

/* What is unread may hold mentions: one query for all rooms. */
static enum result complete_mentions(struct chat *c, const struct reading *rooms)
{
	struct row_mention_counts *counts;
	bool any = false;
	size_t m;

	for (size_t i = 0; i < rooms->count; i++) {
		any = any || rooms->at[i].unread > 0;
	}
	if (!any) {
		return OK;
	}
	enum result r = q_mention_counts(c->db, c->mem, c->user, &counts, &m);
	for (size_t i = 0; r == OK && i < m; i++) {
		for (size_t k = 0; k < rooms->count; k++) {
			if (rooms->at[k].id == counts[i].room) {
				rooms->at[k].mentions = counts[i].count;
			}
		}
	}
	return r;
}

static enum result complete(struct chat *c, const struct reading *rooms)
{
	enum result r = complete_messages(c, rooms);

	if (r == OK) {
		r = complete_peers(c, rooms);
	}
	return r == OK ? complete_mentions(c, rooms) : r;
}

static enum result complete_rows(struct chat *c, const struct row_room *rows, size_t n,
				 struct room **out)
{
	struct reading rooms = reading_of(c->mem, n);

	for (size_t i = 0; i < n; i++) {
		rooms.at[i] = from_row(c->mem, &rows[i]);
		rooms.pairs[i] = rows[i].pair;
	}
	*out = rooms.at;
	return complete(c, &rooms);
}

/* What the caller is in them, and what is known of them otherwise. */
static struct reading from_own(struct chat *c, const struct row_room_own *rows, size_t n)
{
	struct reading rooms = reading_of(c->mem, n);

	if (n) {
		room_cache_enter(c->rooms, rows->epoch);
	}
	for (size_t i = 0; i < n; i++) {
		struct room *room = &rooms.at[i];
		*room = (struct room){
			.id = rows[i].id,
			.last_seq = rows[i].last_seq,
			.newest = rows[i].newest,
			.role = (enum role)rows[i].role,
			.last_read = rows[i].last_read,
			.unread = rows[i].unread,
			.notify = (enum notify)rows[i].notify,
		};
		room->shown = room_cache_get(c->rooms, room);
		rooms.pairs[i] = rows[i].pair;
	}
	return rooms;
}

static int by_id(const void *a, const void *b)
{
	const struct row_room *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Reads the rest of those that are not known. Who has left one meanwhile is not in it. */
static enum result read_unknown(struct chat *c, struct reading *rooms)
{
	struct id_list ids = { 0 };
	struct row_room *rows;
	size_t n, kept = 0;

	for (size_t i = 0; i < rooms->count; i++) {
		if (!rooms->at[i].shown.ptr) {
			id_list_add(c->mem, &ids, rooms->at[i].id);
		}
	}
	if (ids.count == 0) {
		return OK;
	}
	/* Asking for each by its id costs more than asking for all. */
	enum result r = ids.count > rooms->count / 2
				? q_room_mine(c->db, c->mem, c->user, &rows, &n)
				: q_room_some(c->db, c->mem, id_list_json(c->mem, &ids),
					      c->user, &rows, &n);
	if (r != OK) {
		return r;
	}
	if (n) {
		qsort(rows, n, sizeof *rows, by_id);
	}
	for (size_t i = 0; i < rooms->count; i++) {
		struct row_room key = { .id = rooms->at[i].id };
		struct row_room *row = NULL;
		if (!rooms->at[i].shown.ptr) {
			row = n ? bsearch(&key, rows, n, sizeof *rows, by_id) : NULL;
			if (!row) {
				continue;
			}
			rooms->at[i] = from_row(c->mem, row);
		}
		rooms->at[kept] = rooms->at[i];
		rooms->pairs[kept++] = rooms->pairs[i];
	}
	rooms->count = kept;
	return OK;
}

static enum result list_long(struct chat *c, struct room **out, size_t *count)
{
	struct row_room_own *rows;
	struct reading rooms;

	enum result r = q_room_own(c->db, c->mem, c->user, &rows, count);
	if (r != OK) {
		return r;
	}
	rooms = from_own(c, rows, *count);
	r = read_unknown(c, &rooms);
	*out = rooms.at;
	*count = rooms.count;
	return r == OK ? complete(c, &rooms) : r;
}

static enum result list_short(struct chat *c, struct room **out, size_t *count)
{
	struct row_room *rows;

	enum result r = q_room_mine(c->db, c->mem, c->user, &rows, count);
	return r == OK ? complete_rows(c, rows, *count, out) : r;
}

enum result room_list(struct chat *c, struct room **out, size_t *count)
{
	enum result r = room_cache_serves(c->rooms, c->user) ? list_long(c, out, count)
							     : list_short(c, out, count);
	if (r == OK) {
		room_cache_note(c->rooms, c->user, *count);
	}
	return r;
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
	return r == OK ? complete_rows(c, rows, *count, rooms) : r;
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
		return chat_no_room(c);
	}
	r = complete_rows(c, rows, 1, &rooms);
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
	return n ? OK : chat_no_room(c);
}
