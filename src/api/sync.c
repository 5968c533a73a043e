/* sync.c - catching up: a room's log, and everything at once. */
#include <talloc.h>

#include "api/cookie.h"
#include "api/handlers.h"
#include "base/die.h"
#include "chat/event.h"
#include "chat/log.h"
#include "chat/member.h"
#include "view/view.h"

#define MAX_PAGE 200
#define DEFAULT_PAGE 50

struct events_in {
	int64_t after;
	int64_t limit;
};

INPUT(events_input, struct events_in,
      { "after", F_INT, 0, API_INT_MAX, 0, offsetof(struct events_in, after), NULL },
      { "limit", F_INT, 1, MAX_PAGE, 0, offsetof(struct events_in, limit), NULL });

static enum result read_events(struct call *c, int64_t after, int64_t limit,
			       struct event **events, size_t *count)
{
	void *mem = c->req->mem;
	struct row_event *rows;

	enum result r = q_event_room_after(c->chat->db, mem, c->id[0], after, limit,
					   &rows, count);
	if (r != OK) {
		return r;
	}
	*events = die_if_null(talloc_array(mem, struct event, (unsigned)*count + 1));
	return event_complete(c->chat->db, mem, rows, *count, *events);
}

enum result api_events(struct call *c)
{
	const struct events_in *in = c->in;
	struct json *j = &c->reply->json;
	struct event *events;
	struct access a;
	size_t count;

	enum result r = member_require(c->chat, c->id[0], LEVEL_LOG, &a);
	if (r == OK) {
		r = read_events(c, in->after == FIELD_ABSENT ? 0 : in->after,
				in->limit == FIELD_ABSENT ? DEFAULT_PAGE : in->limit,
				&events, &count);
	}
	if (r != OK) {
		return r;
	}
	json_open_object(j);
	json_key(j, "events");
	json_open_array(j);
	for (size_t i = 0; i < count; i++) {
		view_event(j, &events[i]);
	}
	json_close_array(j);
	/* What came in between the two queries counts. */
	if (count && events[count - 1].row.seq > a.last_seq) {
		a.last_seq = events[count - 1].row.seq;
	}
	json_put_int(j, "last_seq", a.last_seq);
	json_close_object(j);
	return OK;
}

struct state {
	struct str cursor; /* taken first: nothing below is older */
	struct user me;
	int64_t self_seq;
	struct room *rooms;
	size_t room_count;
	struct user *users;
	size_t user_count;
};

static enum result read_state(struct call *c, struct state *s)
{
	enum result r = log_cursor(c->chat, &s->cursor);

	if (r == OK) {
		r = room_last_seq(c->chat, c->self_room, &s->self_seq);
	}
	if (r == OK) {
		r = room_list(c->chat, &s->rooms, &s->room_count);
	}
	if (r == OK) {
		r = member_people(c->chat, &s->users, &s->user_count);
	}
	return r == OK ? user_find(c->chat->db, c->req->mem, c->chat->user, &s->me) : r;
}

/* So that nobody sends what would be refused. */
static void put_uploads(struct json *j, const struct conf *conf)
{
	json_key(j, "uploads");
	json_open_object(j);
	json_put_int(j, "bytes", conf->upload_bytes);
	json_put_bool(j, "any", conf->upload_any);
	json_close_object(j);
}

enum result api_sync(struct call *c)
{
	struct json *j = &c->reply->json;
	struct state s;

	enum result r = read_state(c, &s);
	if (r != OK) {
		return r;
	}
	cookie_renew_session(c); /* what a page begins with */
	json_open_object(j);
	json_key(j, "me");
	view_user(j, &s.me);
	json_key(j, "self");
	json_open_object(j);
	json_put_int(j, "room", c->self_room);
	json_put_int(j, "last_seq", s.self_seq);
	json_close_object(j);
	api_put_own_rooms(c, s.rooms, s.room_count);
	json_key(j, "users");
	json_open_array(j);
	for (size_t i = 0; i < s.user_count; i++) {
		view_user(j, &s.users[i]);
	}
	json_close_array(j);
	json_put_str(j, "cursor", s.cursor);
	put_uploads(j, c->app->conf);
	json_close_object(j);
	return OK;
}
