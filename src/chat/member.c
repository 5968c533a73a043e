/* member.c - who is in a room and as what; the one place where access is decided. */
#include "chat/member.h"

#include <talloc.h>

#include "base/die.h"
#include "chat/event.h"

static enum result not_allowed(struct chat *c, const char *message)
{
	return chat_fail(c, E_FORBIDDEN, "not_allowed", message, NULL);
}

static bool is_owner_of_self(enum room_kind kind, enum role role)
{
	return kind == ROOM_SELF && role == ROLE_OWNER;
}

/* The whole of the rules about rooms (PROTOCOL §3, Roles). */
static enum result judge(struct chat *c, const struct access *a, enum level level)
{
	if (a->kind == ROOM_SELF) {
		return level == LEVEL_LOG && is_owner_of_self(a->kind, a->role)
			       ? OK
			       : chat_no_room(c);
	}
	if (a->role == ROLE_NONE) {
		if (a->kind != ROOM_PUBLIC) {
			return chat_no_room(c);
		}
		return level == LEVEL_SEE ? OK
					  : chat_fail(c, E_FORBIDDEN, "not_a_member",
						      "Join the room first.", NULL);
	}
	if (level == LEVEL_OWNER && a->role < ROLE_OWNER) {
		return not_allowed(c, "Only an owner may do this.");
	}
	if (level == LEVEL_MODERATOR && a->role < ROLE_MODERATOR) {
		return not_allowed(c, "Only a moderator may do this.");
	}
	return OK;
}

enum result member_require(struct chat *c, int64_t room, enum level level,
			   struct access *out)
{
	struct row_member_access *rows;
	struct access a;
	size_t n;

	enum result r = q_member_access(c->db, c->mem, room, c->user, &rows, &n);
	if (r != OK) {
		return r;
	}
	if (n == 0) {
		return chat_no_room(c);
	}
	a = (struct access){
		.kind = (enum room_kind)rows->kind,
		.role = rows->role == DB_NULL ? ROLE_NONE : (enum role)rows->role,
		.last_seq = rows->last_seq,
		.members = rows->members,
	};
	if (out) {
		*out = a;
	}
	return judge(c, &a, level);
}

enum result member_lock(struct chat *c, int64_t room, enum level level,
			struct access *out)
{
	struct row_member_access_lock *rows;
	size_t n;

	enum result r = q_member_access_lock(c->db, c->mem, room, c->user, &rows, &n);
	if (r != OK) {
		return r;
	}
	if (n == 0) {
		return chat_no_room(c);
	}
	*out = (struct access){
		.kind = (enum room_kind)rows->kind,
		.role = rows->role == DB_NULL ? ROLE_NONE : (enum role)rows->role,
		.last_seq = rows->last_seq,
		.members = rows->members,
		.messages = rows->messages,
		.name = rows->name,
		.topic = rows->topic,
		.notify = rows->role == DB_NULL ? NOTIFY_ALL : (enum notify)rows->notify,
	};
	return judge(c, out, level);
}

enum result member_enter(struct chat *c, int64_t room, int64_t messages, int64_t user,
			 enum role role)
{
	enum result r = q_room_count_members(c->db, room, 1);
	int64_t seq = db_insert_id(c->db);

	if (r == OK) {
		r = q_member_insert(c->db, room, user, role, c->now, seq, messages);
	}
	return r == OK ? event_insert(c, room, seq, EVENT_JOIN, user, 0, STR_NONE) : r;
}

struct visit {
	struct chat *c;
	int64_t room;
	int64_t user; /* whom it is about */
	enum role role;
};

static enum result join_work(struct db *db, void *arg)
{
	struct visit *v = arg;
	struct access a;

	(void)db;
	enum result r = member_lock(v->c, v->room, LEVEL_SEE, &a);
	if (r != OK || a.role != ROLE_NONE) {
		return r;
	}
	return member_enter(v->c, v->room, a.messages, v->user,
			    a.members == 0 ? ROLE_OWNER : ROLE_MEMBER);
}

enum result member_join(struct chat *c, int64_t room)
{
	struct visit v = { .c = c, .room = room, .user = c->user };

	return db_transaction(c->db, join_work, &v);
}

/* The last owner went: who has been there longest takes over. */
static enum result hand_over(struct chat *c, int64_t room)
{
	struct row_member_heir *heir;
	size_t n;

	enum result r = q_member_heir(c->db, c->mem, room, &heir, &n);
	if (r != OK || n == 0 || heir->role == ROLE_OWNER) {
		return r;
	}
	r = q_member_set_role(c->db, room, heir->user, ROLE_OWNER);
	return r == OK ? event_append(c, room, EVENT_ROLE, heir->user, 0, STR("owner"),
				      NULL)
		       : r;
}

/* The room's row is locked. */
static enum result go(struct visit *v, const struct access *a)
{
	struct chat *c = v->c;
	enum result r = q_member_delete(c->db, v->room, v->user);

	if (r == OK) {
		r = q_mention_leave(c->db, v->user, v->room);
	}
	if (r == OK) {
		r = q_room_count_members(c->db, v->room, -1);
	}
	if (r == OK) {
		int64_t seq = db_insert_id(c->db);
		r = event_insert(c, v->room, seq, EVENT_LEAVE, v->user, 0, STR_NONE);
	}
	if (r == OK && a->members == 1 && a->kind == ROOM_PRIVATE) {
		/* Nobody could ever come in again. */
		return q_room_end(c->db, v->room);
	}
	return r == OK ? hand_over(c, v->room) : r;
}

static enum result leave_work(struct db *db, void *arg)
{
	struct visit *v = arg;
	struct access a;

	(void)db;
	enum result r = member_lock(v->c, v->room, LEVEL_MEMBER, &a);
	return r == OK ? go(v, &a) : r;
}

enum result member_leave(struct chat *c, int64_t room)
{
	struct visit v = { .c = c, .room = room, .user = c->user };

	return db_transaction(c->db, leave_work, &v);
}

enum result member_list(struct chat *c, int64_t room, struct member **members,
			size_t *count)
{
	struct row_member_list *rows;

	enum result r = member_require(c, room, LEVEL_MEMBER, NULL);
	if (r == OK) {
		r = q_member_list(c->db, c->mem, room, &rows, count);
	}
	if (r != OK) {
		return r;
	}
	*members = die_if_null(
		talloc_array_size(c->mem, sizeof **members, (unsigned)*count + 1));
	for (size_t i = 0; i < *count; i++) {
		struct row_user u = {
			.id = rows[i].id,
			.name = rows[i].name,
			.display_name = rows[i].display_name,
			.role = rows[i].user_role,
			.presence = rows[i].presence,
			.last_seen = rows[i].last_seen,
		};
		(*members)[i] =
			(struct member){ user_from_row(&u), (enum role)rows[i].role,
					 rows[i].last_read };
	}
	return OK;
}

enum result member_people(struct chat *c, struct user **users, size_t *count)
{
	struct row_user *rows;

	enum result r = q_member_people(c->db, c->mem, c->user, &rows, count);
	if (r != OK) {
		return r;
	}
	*users = die_if_null(
		talloc_array_size(c->mem, sizeof **users, (unsigned)*count + 1));
	for (size_t i = 0; i < *count; i++) {
		(*users)[i] = user_from_row(&rows[i]);
	}
	return OK;
}

/* What to do to a member who is not the caller. */
static enum result role_of(struct chat *c, int64_t room, int64_t user, enum role *role)
{
	struct row_member_role *rows;
	size_t n;

	enum result r = q_member_role(c->db, c->mem, room, user, &rows, &n);
	if (r == OK) {
		*role = n ? (enum role)rows->role : ROLE_NONE;
	}
	return r;
}

static enum result no_such_member(struct chat *c)
{
	return chat_fail(c, E_NOT_FOUND, "member_not_found",
			 "That user is not in the room.", NULL);
}

static enum result of_a_group(struct chat *c, const struct access *a)
{
	return a->kind == ROOM_DIRECT
		       ? not_allowed(c, "A direct room is between two, as it is.")
		       : OK;
}

static enum result add_work(struct db *db, void *arg)
{
	struct visit *v = arg;
	struct row_member_candidate *found;
	enum role role;
	struct access a;
	size_t n;

	enum result r = member_lock(v->c, v->room, LEVEL_MODERATOR, &a);
	if (r == OK) {
		r = of_a_group(v->c, &a);
	}
	if (r == OK) {
		r = q_member_candidate(db, v->c->mem, v->user, &found, &n);
	}
	if (r == OK && n == 0) {
		return chat_fail(v->c, E_FIELD, "user_not_found",
				 "There is no such user.", "user");
	}
	if (r == OK) {
		r = role_of(v->c, v->room, v->user, &role);
	}
	if (r != OK || role != ROLE_NONE) {
		return r;
	}
	return member_enter(v->c, v->room, a.messages, v->user, ROLE_MEMBER);
}

enum result member_add(struct chat *c, int64_t room, int64_t user)
{
	struct visit v = { .c = c, .room = room, .user = user };

	return db_transaction(c->db, add_work, &v);
}

static enum result remove_work(struct db *db, void *arg)
{
	struct visit *v = arg;
	struct access a;
	enum role role;

	(void)db;
	enum result r =
		member_lock(v->c, v->room,
			    v->user == v->c->user ? LEVEL_MEMBER : LEVEL_MODERATOR, &a);
	if (r == OK && v->user != v->c->user) {
		r = of_a_group(v->c, &a);
	}
	if (r == OK) {
		r = role_of(v->c, v->room, v->user, &role);
	}
	if (r != OK) {
		return r;
	}
	if (role == ROLE_NONE) {
		return no_such_member(v->c);
	}
	if (v->user != v->c->user && a.role != ROLE_OWNER && role >= a.role) {
		return not_allowed(v->c, "Only an owner may remove this member.");
	}
	return go(v, &a);
}

enum result member_remove(struct chat *c, int64_t room, int64_t user)
{
	struct visit v = { .c = c, .room = room, .user = user };

	return db_transaction(c->db, remove_work, &v);
}

static enum result last_owner_stays(struct chat *c, int64_t room)
{
	struct row_member_owners *rows;
	size_t n;

	enum result r = q_member_owners(c->db, c->mem, room, &rows, &n);
	if (r == OK && rows->count < 2) {
		return chat_fail(c, E_CONFLICT, "last_owner",
				 "A room must have an owner: make another one first.",
				 NULL);
	}
	return r;
}

static enum result role_work(struct db *db, void *arg)
{
	static const struct str names[] = {
		[ROLE_MEMBER] = STR("member"),
		[ROLE_MODERATOR] = STR("moderator"),
		[ROLE_OWNER] = STR("owner"),
	};
	struct visit *v = arg;
	struct access a;
	enum role role;

	enum result r = member_lock(v->c, v->room, LEVEL_OWNER, &a);
	if (r == OK) {
		r = of_a_group(v->c, &a);
	}
	if (r == OK) {
		r = role_of(v->c, v->room, v->user, &role);
	}
	if (r != OK || role == v->role) {
		return r;
	}
	if (role == ROLE_NONE) {
		return no_such_member(v->c);
	}
	if (role == ROLE_OWNER) {
		r = last_owner_stays(v->c, v->room);
	}
	if (r == OK) {
		r = q_member_set_role(db, v->room, v->user, v->role);
	}
	return r == OK ? event_append(v->c, v->room, EVENT_ROLE, v->user, 0,
				      names[v->role], NULL)
		       : r;
}

enum result member_set_role(struct chat *c, int64_t room, int64_t user, enum role role)
{
	struct visit v = { .c = c, .room = room, .user = user, .role = role };

	return db_transaction(c->db, role_work, &v);
}
