/* login.c - name and password against an account, and changing the password. */
#include "auth/password.h"
#include "auth/throttle.h"
#include "chat/user.h"

/* How long a network from which it was signed in to is known to an account. */
#define KNOWN_MS (90 * INT64_C(86400000))

struct attempt {
	struct chat *c;
	struct user_login *login;
	struct row_user_credentials *found; /* id DB_NULL: nobody of that name */
	struct throttle_try entry;
	uint8_t device[TOKEN_HASH_BYTES];
	char network[THROTTLE_NETWORK_SIZE];
	struct str new_hash; /* STR_NONE: the old one is good enough */
};

static enum result bad_credentials(struct chat *c)
{
	return chat_fail(c, E_AUTH, "bad_credentials",
			 "The name or the password is wrong.", NULL);
}

static enum result too_many(struct chat *c, int64_t retry_s)
{
	chat_fail(c, E_BUSY, "too_many_attempts",
		  "Too many attempts have failed: please wait a little.", NULL);
	c->fault.retry_after = retry_s;
	return E_BUSY;
}

/* Has this browser a session of the account, or was it signed in to from this network? */
static enum result know_caller(struct attempt *a)
{
	struct chat *c = a->c;
	int64_t user = a->found->id == DB_NULL ? 0 : a->found->id;
	struct row_known_network_get *known;
	struct session session;
	size_t n;

	throttle_network(a->entry.address, a->network);
	enum result r = q_known_network_get(c->db, c->mem, user, str_from(a->network),
					    &known, &n);
	a->entry.network_known = r == OK && n && known->used_at > c->now - KNOWN_MS;
	if (r == OK && token_hash(a->login->known, a->device)) {
		r = session_find(c->db, c->mem, a->login->known, &session);
		if (r == OK && session.user == user) {
			a->entry.device = a->device;
		}
		r = r == E_AUTH ? OK : r;
	}
	return r;
}

/* Whose right password it is; E_AUTH, E_UNAVAILABLE as password_check(). */
static enum result check(struct attempt *a)
{
	bool known = a->found->id != DB_NULL;
	enum result r = password_check(a->c->conf, known ? a->found->password : STR_NONE,
				       a->login->password);

	return r == OK && a->found->disabled ? E_AUTH : r;
}

static enum result finish_work(struct db *db, void *arg)
{
	struct attempt *a = arg;
	enum result r = OK;

	if (a->new_hash.ptr) {
		r = q_user_set_password(db, a->found->id, a->found->password,
					a->new_hash);
	}
	if (r == OK) {
		r = q_known_network_use(db, a->found->id, str_from(a->network),
					a->c->now);
	}
	if (r == OK) {
		r = throttle_succeeded(db, a->c->conf, &a->entry);
	}
	return r == OK ? session_open_step(a->c, a->found->id, a->login->session) : r;
}

static enum result finish(struct attempt *a, struct user *out)
{
	struct chat *c = a->c;

	a->new_hash = STR_NONE;
	if (!password_is_current(c->conf, a->found->password) &&
	    password_hash(c->conf, c->mem, a->login->password, &a->new_hash) != OK) {
		a->new_hash = STR_NONE; /* the next sign-in will do it */
	}
	c->user = a->found->id;
	enum result r = db_transaction(c->db, finish_work, a);
	if (r == E_UNKNOWN) {
		/* Should the session be there after all, nobody has its token. */
		r = E_UNAVAILABLE;
	}
	return r == OK ? user_find(c->db, c->mem, a->found->id, out) : r;
}

enum result user_login(struct chat *c, struct user_login *login, struct user *out)
{
	struct attempt a = { .c = c, .login = login };
	struct str canonical = user_canonical(c->mem, login->name);
	int64_t retry_s = 0;
	size_t n;

	a.entry.canonical = canonical.ptr ? canonical : login->name;
	enum result r =
		q_user_credentials(c->db, c->mem, a.entry.canonical, &a.found, &n);
	if (r != OK) {
		return r;
	}
	c->now = a.found->now;
	a.entry.now = c->now;
	a.entry.address = login->session->address;
	r = know_caller(&a);
	if (r == OK) {
		r = throttle_enter(c->db, c->conf, c->mem, &a.entry, &retry_s);
	}
	if (r == E_BUSY) {
		return too_many(c, retry_s);
	}
	if (r != OK) {
		return r == E_UNKNOWN ? E_UNAVAILABLE : r;
	}
	r = check(&a);
	if (r == E_UNAVAILABLE) {
		throttle_withdraw(c->db, c->conf, &a.entry);
	}
	if (r != OK) {
		return r == E_AUTH ? bad_credentials(c) : r;
	}
	return finish(&a, out);
}

struct change {
	struct chat *c;
	struct str old_hash, new_hash;
	char *new_token; /* NULL: the caller's session keeps its own */
};

static enum result change_work(struct db *db, void *arg)
{
	struct change *k = arg;
	enum result r = q_user_set_password(db, k->c->user, k->old_hash, k->new_hash);

	if (r == OK && db_affected(db) == 0) {
		return E_FORBIDDEN; /* somebody else was quicker: old is wrong by now */
	}
	if (r == OK) {
		r = session_revoke_all_step(k->c, k->c->user, k->c->session, NULL);
	}
	if (r == OK && k->new_token) {
		r = session_rotate(k->c, k->new_token);
	}
	return r == OK ? q_known_network_forget(db, k->c->user) : r;
}

/* Is old right? Throttled like a sign-in: a stolen session must not guess its way on. */
static enum result check_old(struct chat *c, const struct row_user_password *user,
			     struct str old, struct str address)
{
	uint8_t own[TOKEN_HASH_BYTES];
	struct str key = str_printf(c->mem, "password:%lld", (long long)c->user);
	struct throttle_try t = { .canonical = user->canonical,
				  .address = address,
				  .device = own,
				  .now = c->now };
	int64_t retry_s = 0;

	token_digest(key, own);
	enum result r = throttle_enter(c->db, c->conf, c->mem, &t, &retry_s);
	if (r == E_BUSY) {
		return too_many(c, retry_s);
	}
	if (r != OK) {
		return r;
	}
	r = password_check(c->conf, user->password, old);
	if (r == OK) {
		return throttle_succeeded(c->db, c->conf, &t);
	}
	if (r == E_UNAVAILABLE) {
		throttle_withdraw(c->db, c->conf, &t);
		return r;
	}
	return chat_fail(c, E_FORBIDDEN, "wrong_password", "The old password is wrong.",
			 "old");
}

enum result user_change_password(struct chat *c, struct str old, struct str new,
				 struct str address, char *new_token)
{
	struct change k = { .c = c, .new_token = new_token };
	struct row_user_password *user;
	size_t n;
	enum result r = q_user_password(c->db, c->mem, c->user, &user, &n);

	if (r != OK || n == 0) {
		return r == OK ? E_AUTH : r;
	}
	r = user_password_rules(c, new, user->name, "new");
	if (r == OK) {
		r = check_old(c, user, old, address);
	}
	if (r == OK) {
		r = password_hash(c->conf, c->mem, new, &k.new_hash);
	}
	if (r != OK) {
		return r == E_UNKNOWN ? E_UNAVAILABLE : r;
	}
	k.old_hash = user->password;
	r = db_transaction(c->db, change_work, &k);
	if (r == E_UNKNOWN) {
		return E_UNAVAILABLE;
	}
	if (r == E_FORBIDDEN) {
		return chat_fail(c, r, "wrong_password", "The old password is wrong.",
				 "old");
	}
	return r;
}
