/* room.c - rooms: their making, changing and end. */
#include "chat/room.h"

#include "chat/event.h"
#include "chat/member.h"

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
		return chat_no_room(w->c);
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
