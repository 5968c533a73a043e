/* user_admin.c - what an admin does to accounts. */
#include "auth/password.h"
#include "chat/user.h"

struct work {
	struct chat *c;
	int64_t user;
	int64_t value; /* disabled, or the role */
	struct str hash;
};

static enum result run(struct chat *c, db_work work, struct work *w)
{
	enum result r = db_transaction(c->db, work, w);

	if (r == E_UNKNOWN) {
		r = db_transaction(c->db, work, w); /* all of them can be done twice */
	}
	return r == E_UNKNOWN ? E_UNAVAILABLE : r;
}

static enum result disable_work(struct db *db, void *arg)
{
	struct work *w = arg;
	enum result r = q_user_set_disabled(db, w->user, w->value);

	if (r == OK && db_affected(db) == 0) {
		return E_NOT_FOUND;
	}
	return r == OK && w->value ? session_revoke_all_step(w->c, w->user, 0, NULL) : r;
}

enum result user_disable(struct chat *c, int64_t user, bool disabled)
{
	struct work w = { .c = c, .user = user, .value = disabled };

	return run(c, disable_work, &w);
}

static enum result password_work(struct db *db, void *arg)
{
	struct work *w = arg;
	enum result r = q_user_reset_password(db, w->user, w->hash);

	if (r == OK && db_affected(db) == 0) {
		return E_NOT_FOUND;
	}
	if (r == OK) {
		r = session_revoke_all_step(w->c, w->user, 0, NULL);
	}
	return r == OK ? q_known_network_forget(db, w->user) : r;
}

enum result user_reset_password(struct chat *c, const struct user *user,
				struct str password)
{
	struct work w = { .c = c, .user = user->id };
	enum result r = user_password_rules(c, password, user->name, "password");

	if (r == OK) {
		r = password_hash(c->conf, c->mem, password, &w.hash);
	}
	return r == OK ? run(c, password_work, &w) : r;
}

static enum result role_work(struct db *db, void *arg)
{
	struct work *w = arg;
	struct row_user_lock_admins *admins;
	size_t n;
	enum result r = q_user_lock_admins(db, w->c->mem, &admins, &n);

	if (r == OK && !w->value && n == 1 && admins->id == w->user) {
		return chat_fail(
			w->c, E_CONFLICT, "last_admin",
			"There must be an administrator: make another one first.", NULL);
	}
	if (r == OK) {
		r = q_user_set_role(db, w->user, w->value);
	}
	return r == OK && db_affected(db) == 0 ? E_NOT_FOUND : r;
}

enum result user_set_admin(struct chat *c, int64_t user, bool admin)
{
	struct work w = { .c = c, .user = user, .value = admin };

	return run(c, role_work, &w);
}
