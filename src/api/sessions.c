/* sessions.c - where one is signed in, and ending that. */
#include "api/cookie.h"
#include "api/handlers.h"
#include "chat/session.h"

enum result api_sessions(struct call *c)
{
	struct json *j = &c->reply->json;
	struct session_line *lines;
	size_t n;
	enum result r = session_list(c->chat, &lines, &n);

	if (r != OK) {
		return r;
	}
	json_open_object(j);
	json_key(j, "sessions");
	json_open_array(j);
	for (size_t i = 0; i < n; i++) {
		json_open_object(j);
		json_put_int(j, "id", lines[i].id);
		json_put_time(j, "created_at", lines[i].created_at);
		json_put_time(j, "last_seen", lines[i].last_seen);
		json_put_str(j, "agent", lines[i].agent);
		json_put_str(j, "address", lines[i].address);
		json_put_bool(j, "current", lines[i].id == c->chat->session);
		json_close_object(j);
	}
	json_close_array(j);
	json_close_object(j);
	return OK;
}

enum result api_session_revoke(struct call *c)
{
	enum result r = session_revoke(c->chat, c->chat->user, c->id[0]);

	if (r == OK && c->id[0] == c->chat->session) {
		cookie_clear_session(c);
	}
	if (r == OK) {
		json_open_object(&c->reply->json);
		json_close_object(&c->reply->json);
	}
	return r;
}
