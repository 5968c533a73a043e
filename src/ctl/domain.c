/* domain.c - the commands' way into the domain, as an admin. */
#include "ctl/domain.h"

#include <unistd.h>

#include "notify/wake.h"

enum result ctl_chat(struct ctl *c, struct chat *chat)
{
	struct row_clock *clock;
	size_t n;

	*chat = (struct chat){
		.db = c->db, .conf = c->conf, .mem = c->mem, .admin = true
	};
	enum result r = q_clock(c->db, c->mem, &clock, &n);
	if (r == OK && n) {
		chat->now = clock->now;
	}
	return r;
}

enum ctl_exit ctl_chat_done(struct ctl *c, const struct chat *chat, enum result r,
			    const char *what)
{
	if (r == OK) {
		if (chat->log_grew && c->conf->wakes) {
			int fd = wake_sender(c->conf->run_dir);
			wake_send(fd, c->conf->run_dir);
			close(fd);
		}
		return CTL_OK;
	}
	if (!chat->fault.message) {
		return ctl_result(c, r, what);
	}
	enum ctl_exit code = r == E_NOT_FOUND  ? CTL_NOT_FOUND
			     : r == E_CONFLICT ? CTL_CONFLICT
			     : r == E_FIELD    ? CTL_USAGE
					       : CTL_FAILED;
	return ctl_fail(c, code, "%s: %s", what, chat->fault.message);
}

enum result ctl_find_user(struct ctl *c, struct chat *chat, struct str name,
			  struct user *user)
{
	int64_t id;
	enum result r = ctl_chat(c, chat);

	if (r != OK) {
		return r;
	}
	if (name.len && name.ptr[0] == '#' &&
	    str_to_int(str_from_at(name, 1), 1, INT64_MAX, &id)) {
		return user_find(c->db, c->mem, id, user);
	}
	return user_find_name(chat, name, user);
}
