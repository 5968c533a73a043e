/* direct.c - rooms of two. The unique key on the pair makes two who open it at once meet.
 */
#include "chat/direct.h"

#include "chat/event.h"
#include "chat/member.h"

static void split_pair(struct str pair, int64_t out[2])
{
	out[0] = 0;
	out[1] = 0;
	struct str low = str_split(&pair, ':');
	str_to_int(low, 1, INT64_MAX, &out[0]);
	str_to_int(pair, 1, INT64_MAX, &out[1]);
}

int64_t direct_peer(struct str pair, int64_t user)
{
	int64_t both[2];

	split_pair(pair, both);
	return both[0] == user ? both[1] : both[0];
}

/* Both are owners: there is always one, and neither is under the other. */
enum result direct_reunite(struct chat *c, int64_t room)
{
	struct row_room_lock *r;
	struct row_member_role *found;
	int64_t both[2];
	size_t n;

	enum result e = q_room_lock(c->db, c->mem, room, &r, &n);
	if (e != OK) {
		return e;
	}
	if (n == 0 || r->gone || r->kind != ROOM_DIRECT) {
		return chat_no_room(c);
	}
	split_pair(r->pair, both);
	for (int i = 0; e == OK && i < 2; i++) {
		e = q_member_role(c->db, c->mem, room, both[i], &found, &n);
		if (e == OK && n == 0) {
			e = member_enter(c, room, r->messages, both[i], ROLE_OWNER);
		}
	}
	return e;
}

struct opening {
	struct chat *c;
	int64_t user;
	struct str pair;
	int64_t room;
	bool created;
};

static enum result make(struct opening *o)
{
	struct chat *c = o->c;

	enum result r = q_room_insert(c->db, ROOM_DIRECT, STR(""), STR(""), STR_NONE,
				      o->pair, c->user, c->now);
	if (r != OK) {
		return r;
	}
	o->created = true;
	o->room = db_insert_id(c->db);
	r = q_member_insert(c->db, o->room, c->user, ROLE_OWNER, c->now, 1, 0);
	if (r == OK) {
		r = event_insert(c, o->room, 1, EVENT_JOIN, c->user, 0, STR_NONE);
	}
	return r == OK ? member_enter(c, o->room, 0, o->user, ROLE_OWNER) : r;
}

static enum result open_work(struct db *db, void *arg)
{
	struct opening *o = arg;
	struct row_room_by_pair *rows;
	size_t n;

	o->created = false;
	enum result r = q_room_by_pair(db, o->c->mem, o->pair, &rows, &n);
	if (r != OK) {
		return r;
	}
	if (n == 0) {
		return make(o);
	}
	o->room = rows->id;
	return direct_reunite(o->c, o->room);
}

static enum result check_peer(struct chat *c, int64_t user)
{
	struct row_member_candidate *rows;
	size_t n;

	if (user == c->user) {
		return chat_fail(c, E_FIELD, "own_user",
				 "A direct room is with somebody else.", "user");
	}
	enum result r = q_member_candidate(c->db, c->mem, user, &rows, &n);
	return r == OK && n == 0 ? chat_fail(c, E_FIELD, "user_not_found",
					     "There is no such user.", "user")
				 : r;
}

enum result direct_open(struct chat *c, int64_t user, struct room *out, bool *created)
{
	struct opening o = {
		.c = c,
		.user = user,
		.pair = str_printf(c->mem, "%lld:%lld",
				   (long long)(user < c->user ? user : c->user),
				   (long long)(user < c->user ? c->user : user)),
	};

	enum result r = check_peer(c, user);
	if (r == OK) {
		r = db_transaction(c->db, open_work, &o);
	}
	if (r == E_DUPLICATE) {
		/* The other one was faster. */
		r = db_transaction(c->db, open_work, &o);
	}
	*created = o.created;
	return r == OK ? room_get(c, o.room, out) : r;
}
