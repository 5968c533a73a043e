/* event.c - appends to the log, and completes what is read from it. */
#include "chat/event.h"

#include <talloc.h>

#include "base/die.h"
#include "chat/lookup.h"

enum result event_insert(struct chat *c, int64_t room, int64_t seq, enum event_type type,
			 int64_t subject, int64_t target, struct str data)
{
	c->log_grew = true;
	return q_event_append(c->db, room, seq, type, c->user,
			      subject ? subject : DB_NULL, target ? target : DB_NULL,
			      data, c->now);
}

enum result event_append(struct chat *c, int64_t room, enum event_type type,
			 int64_t subject, int64_t target, struct str data, int64_t *seq)
{
	enum result r = q_room_next_seq(c->db, room);

	if (r != OK) {
		return r;
	}
	if (db_affected(c->db) == 0) {
		return chat_no_room(c);
	}
	int64_t drawn = db_insert_id(c->db);
	if (seq) {
		*seq = drawn;
	}
	return event_insert(c, room, drawn, type, subject, target, data);
}

static bool has_user(int64_t type)
{
	return type == EVENT_JOIN || type == EVENT_LEAVE || type == EVENT_PROFILE;
}

static bool has_message(int64_t type)
{
	return type == EVENT_MESSAGE || type == EVENT_EDIT;
}

/* What the log's queries joined to the event; a message that retention took is a deleted
 * one. */
static struct message *message_of(const void *mem, const struct row_event *e)
{
	struct message *m = die_if_null(talloc_zero(mem, struct message));

	m->row.room = e->room;
	m->row.seq = e->target;
	if (e->message_seq == DB_NULL) {
		m->row.user = e->actor;
		m->row.client_id = STR("");
		m->row.body = STR("");
		m->row.deleted = 1;
		return m;
	}
	m->row.user = e->user;
	m->row.client_id = e->client_id;
	m->row.body = e->body;
	m->row.reply_to = e->reply_to;
	m->row.created_at = e->created_at;
	m->row.edited_at = e->edited_at;
	m->row.deleted = e->deleted;
	m->row.reacted = e->reacted;
	m->row.attached = e->attached;
	return m;
}

static enum result complete_messages(struct db *db, const void *mem, struct event *events,
				     size_t n)
{
	struct message **list =
		die_if_null(talloc_array(mem, struct message *, (unsigned)n + 1));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (has_message(events[i].row.type)) {
			events[i].message = message_of(mem, &events[i].row);
			list[count++] = events[i].message;
		}
	}
	return message_complete(db, mem, list, count);
}

static enum result complete_users(struct db *db, const void *mem, struct event *events,
				  size_t n)
{
	struct id_list ids = { 0 };
	struct user_list users;

	for (size_t i = 0; i < n; i++) {
		if (has_user(events[i].row.type)) {
			id_list_add(mem, &ids, events[i].row.subject);
		}
	}
	enum result r = lookup_users(db, mem, &ids, &users);
	for (size_t i = 0; r == OK && ids.count && i < n; i++) {
		if (has_user(events[i].row.type)) {
			events[i].user = user_list_find(&users, events[i].row.subject);
		}
	}
	return r;
}

static struct room *room_of(const void *mem, const struct row_room_info *rows, size_t n,
			    int64_t id)
{
	struct room *out = die_if_null(talloc_zero(mem, struct room));

	out->id = id;
	out->name = STR("");
	out->topic = STR("");
	out->role = ROLE_NONE;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].id == id) {
			out->kind = (enum room_kind)rows[i].kind;
			out->name = rows[i].name;
			out->topic = rows[i].topic;
		}
	}
	return out;
}

static enum result complete_rooms(struct db *db, const void *mem, struct event *events,
				  size_t n)
{
	struct id_list ids = { 0 };
	struct row_room_info *rows;
	size_t count;

	for (size_t i = 0; i < n; i++) {
		if (events[i].row.type == EVENT_ROOM) {
			id_list_add(mem, &ids, events[i].row.room);
		}
	}
	if (ids.count == 0) {
		return OK;
	}
	enum result r = q_room_info(db, mem, id_list_json(mem, &ids), &rows, &count);
	for (size_t i = 0; r == OK && i < n; i++) {
		if (events[i].row.type == EVENT_ROOM) {
			events[i].room = room_of(mem, rows, count, events[i].row.room);
		}
	}
	return r;
}

enum result event_complete(struct db *db, const void *mem, const struct row_event *rows,
			   size_t n, struct event *out)
{
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct event){ .row = rows[i] };
	}
	enum result r = complete_messages(db, mem, out, n);
	if (r == OK) {
		r = complete_users(db, mem, out, n);
	}
	return r == OK ? complete_rooms(db, mem, out, n) : r;
}
