/* event.c - what happened in a room, as JSON (PROTOCOL §4). */
#include "view/view.h"

static const char *const types[] = {
	[EVENT_MESSAGE] = "message", [EVENT_EDIT] = "edit",
	[EVENT_DELETE] = "delete",   [EVENT_REACTION] = "reaction",
	[EVENT_JOIN] = "join",       [EVENT_LEAVE] = "leave",
	[EVENT_ROOM] = "room",       [EVENT_ROLE] = "role",
	[EVENT_GONE] = "gone",       [EVENT_READ] = "read",
	[EVENT_PROFILE] = "profile", [EVENT_REVOKED] = "revoked",
};

static void put_user(struct json *j, const struct event *e)
{
	json_key(j, "user");
	if (e->user) {
		view_user(j, e->user);
	} else {
		json_add_null(j);
	}
}

static void put_message(struct json *j, const struct event *e)
{
	json_key(j, "message");
	view_message(j, e->message);
}

/* "+👍" or "-👍" */
static void put_reaction(struct json *j, const struct row_event *row)
{
	json_put_int(j, "user", row->actor);
	json_put_str(j, "emoji", str_from_at(row->data, 1));
	json_put_bool(j, "on", row->data.len && row->data.ptr[0] == '+');
}

static void put_info(struct json *j, const struct event *e)
{
	json_key(j, "info");
	json_open_object(j);
	json_put_str(j, "name", e->room->name);
	json_put_str(j, "topic", e->room->topic);
	json_close_object(j);
}

/* "upto unread mentions" */
static void put_read(struct json *j, const struct row_event *row)
{
	static const char *const keys[] = { "upto", "unread", "mentions" };
	struct str rest = row->data;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		int64_t v = 0;
		str_to_int(str_split(&rest, ' '), 0, INT64_MAX, &v);
		json_put_int(j, keys[i], v);
	}
}

static bool has_target(int64_t type)
{
	return type == EVENT_EDIT || type == EVENT_DELETE || type == EVENT_REACTION ||
	       type == EVENT_READ;
}

static bool has_actor(int64_t type)
{
	return type == EVENT_DELETE || type == EVENT_JOIN || type == EVENT_LEAVE ||
	       type == EVENT_ROOM || type == EVENT_ROLE || type == EVENT_GONE;
}

static void put_details(struct json *j, const struct event *e)
{
	switch ((enum event_type)e->row.type) {
	case EVENT_MESSAGE:
	case EVENT_EDIT:
		put_message(j, e);
		break;
	case EVENT_REACTION:
		put_reaction(j, &e->row);
		break;
	case EVENT_JOIN:
	case EVENT_LEAVE:
	case EVENT_PROFILE:
		put_user(j, e);
		break;
	case EVENT_ROOM:
		put_info(j, e);
		break;
	case EVENT_ROLE:
		json_put_int(j, "user", e->row.subject);
		json_put_str(j, "role", e->row.data);
		break;
	case EVENT_READ:
		put_read(j, &e->row);
		break;
	case EVENT_DELETE:
	case EVENT_GONE:
	case EVENT_REVOKED:
		break;
	}
}

void view_event(struct json *j, const struct event *e)
{
	const struct row_event *row = &e->row;

	json_open_object(j);
	json_put_str(j, "type", str_from(types[row->type]));
	json_put_int(j, "room", row->room);
	json_put_int(j, "seq", row->seq);
	if (has_target(row->type)) {
		json_put_int(j, "target", row->target);
	}
	put_details(j, e);
	if (has_actor(row->type)) {
		json_put_int(j, "by", row->actor);
	}
	json_close_object(j);
}
