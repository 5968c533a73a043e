/* room.c - palabrectl room …: rooms listed and deleted. */
#include "chat/room.h"

#include "ctl/domain.h"

static const struct str kinds[] = {
	[ROOM_PUBLIC] = { "public", 6 },
	[ROOM_PRIVATE] = { "private", 7 },
	[ROOM_DIRECT] = { "direct", 6 },
};

static void put_room(struct ctl *c, const struct row_admin_rooms *r)
{
	struct json *j = &c->j;
	struct str kind = kinds[r->kind];

	ctl_say(c, "%6lld  %-7s  %7lld  %9lld  %-19s  %s", (long long)r->id, kind.ptr,
		(long long)r->members, (long long)r->messages, ctl_time(c, r->created_at),
		ctl_text(c, r->name));
	json_open_object(j);
	json_put_int(j, "id", r->id);
	json_put_str(j, "kind", kind);
	json_put_str(j, "name", r->name);
	json_put_int(j, "members", r->members);
	json_put_int(j, "messages", r->messages);
	json_put_int(j, "last_seq", r->last_seq);
	json_put_time(j, "created_at", r->created_at);
	json_close_object(j);
}

enum ctl_exit ctl_room_list(struct ctl *c)
{
	struct row_admin_rooms *rows;
	size_t n;
	enum result r = q_admin_rooms(c->db, c->mem, &rows, &n);

	if (r != OK) {
		return ctl_result(c, r, "room list");
	}
	ctl_say(c, "%6s  %-7s  %7s  %9s  %-19s  %s", "ID", "KIND", "MEMBERS", "MESSAGES",
		"CREATED (UTC)", "NAME");
	json_open_object(&c->j);
	json_key(&c->j, "rooms");
	json_open_array(&c->j);
	for (size_t i = 0; i < n; i++) {
		put_room(c, &rows[i]);
	}
	json_close_array(&c->j);
	json_close_object(&c->j);
	return CTL_OK;
}

enum ctl_exit ctl_room_delete(struct ctl *c)
{
	struct chat chat;
	int64_t id;

	if (!str_to_int(c->args[0], 1, INT64_MAX, &id)) {
		return ctl_fail(c, CTL_USAGE,
				"a room is told by its number; see room list");
	}
	enum result r = ctl_chat(c, &chat);
	if (r == OK) {
		r = room_delete(&chat, id);
	}
	enum ctl_exit code = ctl_chat_done(
		c, &chat, r, str_printf(c->mem, "room %lld", (long long)id).ptr);
	if (code == CTL_OK) {
		ctl_say(c, "room %lld is deleted", (long long)id);
		json_open_object(&c->j);
		json_put_int(&c->j, "deleted", id);
		json_close_object(&c->j);
	}
	return code;
}
