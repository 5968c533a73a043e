/* rooms.c - the endpoints about rooms. */
#include "api/handlers.h"
#include "chat/direct.h"
#include "chat/member.h"
#include "chat/room.h"
#include "chat/room_cache.h"
#include "view/view.h"

static const char *const kind_names[] = { "public", "private", NULL };
static const char *const notify_names[] = { "all", "mentions", "none", NULL };

#define MAX_NAME 64
#define MAX_TOPIC 250
#define MAX_PAGE 200
#define DEFAULT_PAGE 50

static void put_room(struct call *c, const struct room *room)
{
	struct json *j = &c->reply->json;

	json_open_object(j);
	json_key(j, "room");
	view_room(j, room);
	json_close_object(j);
}

static void put_rooms(struct call *c, const struct room *rooms, size_t count)
{
	struct json *j = &c->reply->json;

	json_open_object(j);
	json_key(j, "rooms");
	json_open_array(j);
	for (size_t i = 0; i < count; i++) {
		view_room(j, &rooms[i]);
	}
	json_close_array(j);
	json_close_object(j);
}

/* What had to be read is kept for the next who asks. */
static void put_kept(struct call *c, const struct room *room)
{
	struct json *j = &c->reply->json;

	json_open_object(j);
	size_t at = j->out->len;
	view_room_shown(j, room);
	if (!room->shown.ptr && !j->out->full) {
		room_cache_put(c->chat->rooms, room,
			       (struct str){ j->out->ptr + at, j->out->len - at });
	}
	view_room_own(j, room);
	json_close_object(j);
}

void api_put_own_rooms(struct call *c, const struct room *rooms, size_t count)
{
	struct json *j = &c->reply->json;

	json_key(j, "rooms");
	json_open_array(j);
	for (size_t i = 0; i < count; i++) {
		put_kept(c, &rooms[i]);
	}
	json_close_array(j);
}

static void put_nothing(struct call *c)
{
	json_open_object(&c->reply->json);
	json_close_object(&c->reply->json);
}

enum result api_rooms(struct call *c)
{
	struct room *rooms;
	size_t count;

	enum result r = room_list(c->chat, &rooms, &count);
	if (r == OK) {
		json_open_object(&c->reply->json);
		api_put_own_rooms(c, rooms, count);
		json_close_object(&c->reply->json);
	}
	return r;
}

struct public_in {
	struct str q;
	int64_t limit;
};

INPUT(rooms_public_input, struct public_in,
      { "q", F_LINE, 0, MAX_NAME, 0, offsetof(struct public_in, q), NULL },
      { "limit", F_INT, 1, MAX_PAGE, 0, offsetof(struct public_in, limit), NULL });

enum result api_rooms_public(struct call *c)
{
	const struct public_in *in = c->in;
	struct room *rooms;
	size_t count;

	enum result r = room_list_public(
		c->chat, in->q, in->limit == FIELD_ABSENT ? DEFAULT_PAGE : in->limit,
		&rooms, &count);
	if (r == OK) {
		put_rooms(c, rooms, count);
	}
	return r;
}

struct create_in {
	struct str name;
	struct str topic;
	int64_t kind;
};

INPUT(room_create_input, struct create_in,
      { "name", F_LINE, 1, MAX_NAME, FIELD_REQUIRED, offsetof(struct create_in, name),
	NULL },
      { "kind", F_ENUM, 0, 0, FIELD_REQUIRED, offsetof(struct create_in, kind),
	kind_names },
      { "topic", F_LINE, 0, MAX_TOPIC, 0, offsetof(struct create_in, topic), NULL });

enum result api_room_create(struct call *c)
{
	const struct create_in *in = c->in;
	struct room room;

	enum result r = room_create(c->chat, (enum room_kind)in->kind, in->name,
				    in->topic, &room);
	if (r == OK) {
		put_room(c, &room);
	}
	return r;
}

enum result api_room_get(struct call *c)
{
	struct room room;

	enum result r = room_get(c->chat, c->id[0], &room);
	if (r == OK) {
		put_room(c, &room);
	}
	return r;
}

struct change_in {
	struct str name;
	struct str topic;
	int64_t notify;
};

INPUT(room_change_input, struct change_in,
      { "name", F_LINE, 1, MAX_NAME, 0, offsetof(struct change_in, name), NULL },
      { "topic", F_LINE, 0, MAX_TOPIC, 0, offsetof(struct change_in, topic), NULL },
      { "notify", F_ENUM, 0, 0, 0, offsetof(struct change_in, notify), notify_names });

enum result api_room_change(struct call *c)
{
	const struct change_in *in = c->in;
	struct room room;
	struct room_change change = {
		.name = in->name,
		.topic = in->topic,
		.notify = in->notify == FIELD_ABSENT ? -1 : in->notify,
	};

	enum result r = room_change(c->chat, c->id[0], &change, &room);
	if (r == OK) {
		put_room(c, &room);
	}
	return r;
}

enum result api_room_delete(struct call *c)
{
	enum result r = room_delete(c->chat, c->id[0]);

	if (r == OK) {
		put_nothing(c);
	}
	return r;
}

enum result api_room_join(struct call *c)
{
	struct room room;

	enum result r = member_join(c->chat, c->id[0]);
	if (r == OK) {
		r = room_get(c->chat, c->id[0], &room);
	}
	if (r == OK) {
		put_room(c, &room);
	}
	return r;
}

enum result api_room_leave(struct call *c)
{
	enum result r = member_leave(c->chat, c->id[0]);

	if (r == OK) {
		put_nothing(c);
	}
	return r;
}

struct direct_in {
	int64_t user;
};

INPUT(direct_input, struct direct_in,
      { "user", F_INT, 1, API_INT_MAX, FIELD_REQUIRED, offsetof(struct direct_in, user),
	NULL });

enum result api_direct(struct call *c)
{
	const struct direct_in *in = c->in;
	struct room room;
	bool created;

	enum result r = direct_open(c->chat, in->user, &room, &created);
	if (r == OK) {
		c->reply->status = created ? 201 : 200;
		put_room(c, &room);
	}
	return r;
}
