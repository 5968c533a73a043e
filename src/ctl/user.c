/* user.c - palabrectl user …: accounts made, listed, closed, opened, changed. */
#include <openssl/crypto.h>
#include <stdio.h>

#include "chat/user.h"
#include "ctl/domain.h"
#include "ctl/secret.h"

static void put_user(struct json *j, const struct user *u)
{
	json_open_object(j);
	json_put_int(j, "id", u->id);
	json_put_str(j, "name", u->name);
	json_put_str(j, "display_name", u->display_name);
	json_put_str(j, "role", u->admin ? STR("admin") : STR("user"));
	json_close_object(j);
}

/* Reads or makes the password. STR_NONE: there is none. */
static struct str get_secret(const struct ctl *c, char buffer[SECRET_SIZE])
{
	return ctl_option(c, "generate") ? secret_make(buffer) : secret_read(c, buffer);
}

/* What was made for the user has to be told once. */
static void tell_secret(struct ctl *c, struct str secret)
{
	if (!ctl_option(c, "generate")) {
		return;
	}
	ctl_say(c, "password: " STR_FMT, STR_ARG(secret));
	if (c->json) {
		json_put_str(&c->j, "password", secret);
	}
}

enum ctl_exit ctl_user_add(struct ctl *c)
{
	char buffer[SECRET_SIZE];
	struct str secret = get_secret(c, buffer);
	const char *display_name = ctl_option(c, "display-name");
	const struct user_new new = {
		.name = c->args[0],
		.password = secret,
		.display_name = str_from(display_name),
		.admin = ctl_option(c, "admin") != NULL,
	};
	struct chat chat;
	struct user user;

	if (!secret.ptr) {
		return CTL_USAGE;
	}
	enum result r = ctl_chat(c, &chat);
	if (r == OK) {
		r = user_create(&chat, &new, &user);
	}
	enum ctl_exit code = ctl_chat_done(c, &chat, r, ctl_text(c, c->args[0]));
	if (code == CTL_OK) {
		ctl_say(c, "user %lld: %s%s", (long long)user.id, ctl_text(c, user.name),
			user.admin ? ", an administrator" : "");
		json_open_object(&c->j);
		json_key(&c->j, "user");
		put_user(&c->j, &user);
		tell_secret(c, secret);
		json_close_object(&c->j);
	}
	OPENSSL_cleanse(buffer, sizeof buffer);
	return code;
}

static void put_line(struct ctl *c, const struct row_admin_users *u)
{
	struct json *j = &c->j;

	ctl_say(c, "%6lld  %-5s  %-8s  %3lld  %-19s  %-24s %s", (long long)u->id,
		u->role ? "admin" : "user", u->disabled ? "disabled" : "active",
		(long long)u->sessions, ctl_time(c, u->last_seen), ctl_text(c, u->name),
		str_eq(u->name, u->display_name) ? "" : ctl_text(c, u->display_name));
	json_open_object(j);
	json_put_int(j, "id", u->id);
	json_put_str(j, "name", u->name);
	json_put_str(j, "display_name", u->display_name);
	json_put_str(j, "role", u->role ? STR("admin") : STR("user"));
	json_put_bool(j, "disabled", u->disabled != 0);
	json_put_int(j, "sessions", u->sessions);
	json_put_time(j, "last_seen", u->last_seen);
	json_put_time(j, "created_at", u->created_at);
	json_close_object(j);
}

enum ctl_exit ctl_user_list(struct ctl *c)
{
	struct row_admin_users *rows;
	size_t n;
	enum result r = q_admin_users(c->db, c->mem, &rows, &n);

	if (r != OK) {
		return ctl_result(c, r, "user list");
	}
	ctl_say(c, "%6s  %-5s  %-8s  %3s  %-19s  %-24s %s", "ID", "ROLE", "STATE", "IN",
		"LAST SEEN (UTC)", "NAME", "SHOWN AS");
	json_open_object(&c->j);
	json_key(&c->j, "users");
	json_open_array(&c->j);
	for (size_t i = 0; i < n; i++) {
		put_line(c, &rows[i]);
	}
	json_close_array(&c->j);
	json_close_object(&c->j);
	return CTL_OK;
}

/* What the commands that change an account share: finding it, and telling what it is now.
 */
static enum ctl_exit finish(struct ctl *c, struct chat *chat, enum result r,
			    struct user *user, const char *what)
{
	enum ctl_exit code = ctl_chat_done(c, chat, r, ctl_text(c, c->args[0]));

	if (code == CTL_OK) {
		ctl_say(c, "%s: %s", ctl_text(c, user->name), what);
		json_open_object(&c->j);
		json_key(&c->j, "user");
		put_user(&c->j, user);
	}
	return code;
}

static enum ctl_exit set_disabled(struct ctl *c, bool disabled)
{
	struct chat chat;
	struct user user;
	enum result r = ctl_find_user(c, &chat, c->args[0], &user);

	if (r == OK) {
		r = user_disable(&chat, user.id, disabled);
	}
	enum ctl_exit code =
		finish(c, &chat, r, &user,
		       disabled ? "disabled, and signed out everywhere" : "enabled");
	if (code == CTL_OK) {
		json_put_bool(&c->j, "disabled", disabled);
		json_close_object(&c->j);
	}
	return code;
}

enum ctl_exit ctl_user_disable(struct ctl *c)
{
	return set_disabled(c, true);
}

enum ctl_exit ctl_user_enable(struct ctl *c)
{
	return set_disabled(c, false);
}

enum ctl_exit ctl_user_role(struct ctl *c)
{
	bool admin = str_eq(c->args[1], STR("admin"));
	struct chat chat;
	struct user user;

	if (!admin && !str_eq(c->args[1], STR("user"))) {
		return ctl_fail(c, CTL_USAGE, "a role is admin or user");
	}
	enum result r = ctl_find_user(c, &chat, c->args[0], &user);
	if (r == OK) {
		r = user_set_admin(&chat, user.id, admin);
	}
	user.admin = admin;
	enum ctl_exit code = finish(c, &chat, r, &user,
				    admin ? "an administrator" : "an ordinary user");
	if (code == CTL_OK) {
		json_close_object(&c->j);
	}
	return code;
}

enum ctl_exit ctl_user_passwd(struct ctl *c)
{
	char buffer[SECRET_SIZE];
	struct chat chat;
	struct user user;
	struct str secret = STR_NONE;
	enum result r = ctl_find_user(c, &chat, c->args[0], &user);

	if (r == OK) {
		secret = get_secret(c, buffer);
		if (!secret.ptr) {
			return CTL_USAGE;
		}
		r = user_reset_password(&chat, &user, secret);
	}
	enum ctl_exit code =
		finish(c, &chat, r, &user,
		       "the password is changed, and all sessions are ended");
	if (code == CTL_OK) {
		tell_secret(c, secret);
		json_close_object(&c->j);
	}
	OPENSSL_cleanse(buffer, sizeof buffer);
	return code;
}
