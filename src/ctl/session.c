/* session.c - palabrectl session …: who is signed in from where, and ending that. */
#include "ctl/domain.h"

static void put_session(struct ctl *c, const struct row_admin_sessions *s)
{
	struct json *j = &c->j;

	ctl_say(c, "%6lld  %-20s  %-19s  %-15s  %.40s", (long long)s->id,
		ctl_text(c, s->name), ctl_time(c, s->last_seen), ctl_text(c, s->address),
		ctl_text(c, s->agent));
	json_open_object(j);
	json_put_int(j, "id", s->id);
	json_put_int(j, "user", s->user);
	json_put_str(j, "name", s->name);
	json_put_time(j, "created_at", s->created_at);
	json_put_time(j, "last_seen", s->last_seen);
	json_put_str(j, "agent", s->agent);
	json_put_str(j, "address", s->address);
	json_close_object(j);
}

enum ctl_exit ctl_session_list(struct ctl *c)
{
	struct row_admin_sessions *rows;
	struct chat chat;
	struct user user = { 0 };
	size_t n;
	enum result r = c->arg_count ? ctl_find_user(c, &chat, c->args[0], &user) : OK;

	if (r == OK) {
		r = q_admin_sessions(c->db, c->mem, user.id, &rows, &n);
	}
	if (r != OK) {
		return ctl_result(
			c, r, c->arg_count ? ctl_text(c, c->args[0]) : "session list");
	}
	ctl_say(c, "%6s  %-20s  %-19s  %-15s  %s", "ID", "NAME", "LAST SEEN (UTC)",
		"ADDRESS", "BROWSER");
	json_open_object(&c->j);
	json_key(&c->j, "sessions");
	json_open_array(&c->j);
	for (size_t i = 0; i < n; i++) {
		put_session(c, &rows[i]);
	}
	json_close_array(&c->j);
	json_close_object(&c->j);
	return CTL_OK;
}

static enum result revoke_one(struct ctl *c, struct chat *chat, int64_t id)
{
	struct row_admin_session_user *owner;
	size_t n;
	enum result r = ctl_chat(c, chat);

	if (r == OK) {
		r = q_admin_session_user(c->db, c->mem, id, &owner, &n);
	}
	if (r != OK || n == 0) {
		return r == OK ? E_NOT_FOUND : r;
	}
	return session_revoke(chat, owner->user, id);
}

enum ctl_exit ctl_session_revoke(struct ctl *c)
{
	struct chat chat;
	struct user user;
	int64_t id, ended = 1;
	enum result r;

	if (str_to_int(c->args[0], 1, INT64_MAX, &id)) {
		r = revoke_one(c, &chat, id);
	} else {
		r = ctl_find_user(c, &chat, c->args[0], &user);
		if (r == OK) {
			r = session_revoke_all(&chat, user.id, 0, &ended);
		}
	}
	enum ctl_exit code = ctl_chat_done(c, &chat, r, ctl_text(c, c->args[0]));
	if (code == CTL_OK) {
		ctl_say(c, "%lld %s ended", (long long)ended,
			ended == 1 ? "session is" : "sessions are");
		json_open_object(&c->j);
		json_put_int(&c->j, "ended", ended);
		json_close_object(&c->j);
	}
	return code;
}
