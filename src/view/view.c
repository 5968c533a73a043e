/* view.c - the domain as JSON (PROTOCOL §2 and §4): the only makers of it. */
#include "view/view.h"

#include <stdio.h>

#include "chat/member.h"
#include "media/media.h"

static const char *const kinds[] = {
	[ROOM_PUBLIC] = "public",
	[ROOM_PRIVATE] = "private",
	[ROOM_DIRECT] = "direct",
	[ROOM_SELF] = "self",
};

static const char *const roles[] = {
	[ROLE_MEMBER] = "member",
	[ROLE_MODERATOR] = "moderator",
	[ROLE_OWNER] = "owner",
};

static const char *const notifies[] = {
	[NOTIFY_ALL] = "all",
	[NOTIFY_MENTIONS] = "mentions",
	[NOTIFY_NONE] = "none",
};

static const char *const presences[] = {
	[PRESENCE_OFFLINE] = "offline",
	[PRESENCE_AWAY] = "away",
	[PRESENCE_ONLINE] = "online",
};

struct str view_presence_name(enum presence state)
{
	return str_from(presences[state]);
}

static void put_name(struct json *j, const char *key, const char *name)
{
	json_put_str(j, key, str_from(name));
}

void view_user(struct json *j, const struct user *u)
{
	json_open_object(j);
	json_put_int(j, "id", u->id);
	json_put_str(j, "name", u->name);
	json_put_str(j, "display_name", u->display_name);
	put_name(j, "role", u->admin ? "admin" : "user");
	json_put_null(j, "avatar");
	json_put_str(j, "presence", view_presence_name(u->presence));
	json_put_time(j, "last_seen", u->last_seen);
	json_close_object(j);
}

void view_attachment(struct json *j, const struct row_attachment *a)
{
	char url[64];

	json_open_object(j);
	json_put_str(j, "id", a->token);
	json_put_str(j, "name", a->name);
	put_name(j, "type", media_type_name((enum media_type)a->type));
	json_put_int(j, "size", a->size);
	json_put_int(j, "width", a->width);
	json_put_int(j, "height", a->height);
	json_put_bool(j, "animated", a->animated);
	snprintf(url, sizeof url, "files/" STR_FMT, STR_ARG(a->token));
	put_name(j, "url", url);
	snprintf(url, sizeof url, "files/" STR_FMT "/thumb", STR_ARG(a->token));
	put_name(j, "thumb", url);
	json_close_object(j);
}

static void put_reactions(struct json *j, const struct message *m)
{
	json_key(j, "reactions");
	json_open_array(j);
	for (size_t i = 0; i < m->reaction_count; i++) {
		json_open_object(j);
		json_put_str(j, "emoji", m->reactions[i].emoji);
		json_key(j, "users");
		json_open_array(j);
		for (size_t k = 0; k < m->reactions[i].count; k++) {
			json_add_int(j, m->reactions[i].users[k]);
		}
		json_close_array(j);
		json_close_object(j);
	}
	json_close_array(j);
}

void view_message(struct json *j, const struct message *m)
{
	const struct row_message *row = &m->row;

	json_open_object(j);
	json_put_int(j, "room", row->room);
	json_put_int(j, "seq", row->seq);
	json_put_int(j, "user", row->user);
	json_put_str(j, "client_id", row->client_id);
	json_put_str(j, "body", row->deleted ? STR("") : row->body);
	json_put_time(j, "created_at", row->created_at);
	json_put_time(j, "edited_at", row->edited_at);
	json_put_bool(j, "deleted", row->deleted);
	json_key(j, "reply_to");
	if (row->reply_to) {
		json_add_int(j, row->reply_to);
	} else {
		json_add_null(j);
	}
	json_key(j, "attachments");
	json_open_array(j);
	for (size_t i = 0; i < m->attachment_count; i++) {
		view_attachment(j, &m->attachments[i]);
	}
	json_close_array(j);
	put_reactions(j, m);
	json_close_object(j);
}

void view_room_shown(struct json *j, const struct room *r)
{
	if (r->shown.ptr) {
		json_add_raw(j, r->shown);
		return;
	}
	json_put_int(j, "id", r->id);
	put_name(j, "kind", kinds[r->kind]);
	json_put_str(j, "name", r->name);
	json_put_str(j, "topic", r->topic);
	json_put_int(j, "last_seq", r->last_seq);
	json_put_int(j, "created_by", r->created_by);
	json_put_time(j, "created_at", r->created_at);
	json_put_int(j, "members", r->members);
	json_key(j, "last_message");
	if (r->last_message) {
		view_message(j, r->last_message);
	} else {
		json_add_null(j);
	}
}

void view_room_own(struct json *j, const struct room *r)
{
	bool in = r->role != ROLE_NONE;

	put_name(j, "role", in ? roles[r->role] : NULL);
	json_put_int(j, "last_read", r->last_read);
	json_put_int(j, "unread", r->unread);
	json_put_int(j, "mentions", r->mentions);
	put_name(j, "notify", notifies[r->notify]);
	json_key(j, "peer");
	if (r->peer) {
		view_user(j, r->peer);
	} else {
		json_add_null(j);
	}
}

void view_room(struct json *j, const struct room *r)
{
	json_open_object(j);
	view_room_shown(j, r);
	view_room_own(j, r);
	json_close_object(j);
}

void view_member(struct json *j, const struct member *m)
{
	json_open_object(j);
	json_key(j, "user");
	view_user(j, &m->user);
	put_name(j, "role", roles[m->role]);
	json_put_int(j, "last_read", m->last_read);
	json_close_object(j);
}
