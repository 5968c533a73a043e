/* user.c - accounts: their making, finding, and what may be changed about them. */
#include "chat/user.h"

#include "auth/common.h"
#include "auth/password.h"
#include "auth/throttle.h"
#include "base/utf8.h"
#include "chat/event.h"
#include "chat/fleeting.h"

#define NAME_MIN 2
#define NAME_MAX 32
#define CANONICAL_MAX_BYTES 192

struct user user_from_row(const struct row_user *row)
{
	return (struct user){
		.id = row->id,
		.name = row->name,
		.display_name = row->display_name,
		.admin = row->role == 1,
		.presence = (enum presence)row->presence,
		.last_seen = row->last_seen,
	};
}

enum result user_find(struct db *db, const void *mem, int64_t id, struct user *out)
{
	struct row_user *row;
	size_t n;
	enum result r = q_user_get(db, mem, id, &row, &n);

	if (r == OK && n == 0) {
		return E_NOT_FOUND;
	}
	if (r == OK) {
		*out = user_from_row(row);
	}
	return r;
}

struct str user_canonical(const void *mem, struct str name)
{
	if (!utf8_text(name, TEXT_LINE)) {
		return STR_NONE;
	}
	struct str canonical = utf8_canonical(mem, name);
	return canonical.ptr && canonical.len <= CANONICAL_MAX_BYTES ? canonical
								     : STR_NONE;
}

enum result user_find_name(struct chat *c, struct str name, struct user *out)
{
	struct str canonical = user_canonical(c->mem, name);
	struct row_user *row;
	size_t n = 0;
	enum result r = OK;

	if (canonical.ptr) {
		r = q_user_get_canonical(c->db, c->mem, canonical, &row, &n);
	}
	if (r == OK && n == 0) {
		return chat_fail(c, E_NOT_FOUND, "user_not_found",
				 "There is no such user.", NULL);
	}
	if (r == OK) {
		*out = user_from_row(row);
	}
	return r;
}

/* The name as it will be shown and as it must be unique. */
static enum result name_rules(struct chat *c, struct str given, struct str *name,
			      struct str *canonical)
{
	*name = utf8_text(given, TEXT_LINE) ? utf8_nfkc(c->mem, given) : STR_NONE;
	*canonical = name->ptr ? user_canonical(c->mem, *name) : STR_NONE;
	if (!canonical->ptr || utf8_length(*name) < NAME_MIN ||
	    utf8_length(*name) > NAME_MAX || utf8_length(*canonical) < NAME_MIN) {
		return chat_fail(c, E_FIELD, "bad_name", "A name has 2 to 32 characters.",
				 "name");
	}
	if (!utf8_name_characters(*name) || !utf8_text(*name, TEXT_LINE)) {
		return chat_fail(
			c, E_FIELD, "bad_name",
			"A name is made of letters, digits, dots, underscores and "
			"hyphens.",
			"name");
	}
	return OK;
}

enum result user_password_rules(struct chat *c, struct str password, struct str name,
				const char *field)
{
	if (password.len < PASSWORD_MIN_BYTES || password.len > PASSWORD_MAX_BYTES ||
	    memchr(password.ptr, '\0', password.len) || !utf8_valid(password)) {
		return chat_fail(c, E_FIELD, "bad_password",
				 "A password has 8 to 128 bytes.", field);
	}
	struct str canonical = utf8_canonical(c->mem, password);
	if (canonical.ptr && str_eq(canonical, utf8_canonical(c->mem, name))) {
		return chat_fail(c, E_FIELD, "password_is_name",
				 "A password must not be the name.", field);
	}
	if (common_password(password)) {
		return chat_fail(
			c, E_FIELD, "password_common",
			"That password is among those that everybody tries first.",
			field);
	}
	return OK;
}

static enum result display_name_rules(struct chat *c, struct str name)
{
	if (!utf8_text(name, TEXT_LINE) || utf8_length(name) > 64 ||
	    !str_trim(name).len) {
		return chat_fail(c, E_FIELD, NULL,
				 "A display name has 1 to 64 characters.",
				 "display_name");
	}
	return OK;
}

struct creation {
	struct chat *c;
	const struct user_new *new;
	struct str name, canonical, display_name, hash;
	int64_t id;
};

static enum result add_self_room(struct creation *k)
{
	struct db *db = k->c->db;
	enum result r = q_user_add_self_room(db, k->id, k->c->now);
	int64_t room = db_insert_id(db);

	if (r == OK) {
		r = q_user_add_self_member(db, k->id, room, k->c->now);
	}
	return r == OK ? q_user_set_self_room(db, k->id, room) : r;
}

static enum result create_work(struct db *db, void *arg)
{
	struct creation *k = arg;
	char network[THROTTLE_NETWORK_SIZE];
	struct row_clock *clock;
	size_t n;
	enum result r = q_user_claim_first(db, k->canonical);
	int64_t first = db_affected(db);

	if (r == OK) {
		r = q_clock(db, k->c->mem, &clock, &n);
	}
	if (r != OK) {
		return r;
	}
	k->c->now = clock->now;
	r = q_user_add(db, k->name, k->canonical, k->display_name, k->hash,
		       first || k->new->admin, STR(""), k->c->now);
	k->id = db_insert_id(db);
	if (r == OK) {
		r = add_self_room(k);
	}
	if (r == OK && k->new->session) {
		throttle_network(k->new->session->address, network);
		r = q_known_network_use(db, k->id, str_from(network), k->c->now);
	}
	if (r == OK && k->new->session) {
		r = session_open_step(k->c, k->id, k->new->session);
	}
	return r;
}

static enum result name_taken(struct chat *c)
{
	return chat_fail(c, E_CONFLICT, "name_taken", "That name is taken.", "name");
}

/* COMMIT's answer was lost: is the account there, with our hash (whose salt is ours)? */
static enum result look_again(struct creation *k)
{
	struct row_user_credentials *row;
	size_t n;
	enum result r = q_user_credentials(k->c->db, k->c->mem, k->canonical, &row, &n);

	if (r == OK && row->id == DB_NULL) {
		return E_UNAVAILABLE;
	}
	return r == OK && !str_eq(row->password, k->hash) ? E_DUPLICATE : r;
}

static enum result may_register(struct chat *c, struct str address, int64_t now)
{
	int64_t retry_s = 0;
	enum result r = throttle_register(c->db, c->conf, c->mem, address, now, &retry_s);

	if (r == E_BUSY) {
		chat_fail(c, r, "too_many_attempts",
			  "Too many accounts were made from this network just now.",
			  NULL);
		c->fault.retry_after = retry_s;
	}
	return r;
}

enum result user_create(struct chat *c, const struct user_new *new, struct user *out)
{
	struct creation k = { .c = c, .new = new };
	struct row_user_credentials *row;
	size_t n;
	enum result r = name_rules(c, new->name, &k.name, &k.canonical);

	k.display_name = new->display_name.ptr ? new->display_name : k.name;
	if (r == OK) {
		r = display_name_rules(c, k.display_name);
	}
	if (r == OK) {
		r = user_password_rules(c, new->password, k.name, "password");
	}
	if (r == OK) {
		r = q_user_credentials(c->db, c->mem, k.canonical, &row, &n);
	}
	if (r == OK && row->id != DB_NULL) {
		return name_taken(c);
	}
	if (r == OK && new->session) {
		r = may_register(c, new->session->address, row->now);
	}
	if (r == OK) {
		r = password_hash(c->conf, c->mem, new->password, &k.hash);
	}
	if (r == OK) {
		r = db_transaction(c->db, create_work, &k);
		r = r == E_UNKNOWN ? look_again(&k) : r;
	}
	if (r == E_DUPLICATE) {
		return name_taken(c);
	}
	return r == OK ? user_find(c->db, c->mem, k.id, out) : r;
}

struct update {
	struct chat *c;
	int64_t self_room;
	const struct user_profile *p;
};

static enum result update_work(struct db *db, void *arg)
{
	const struct update *u = arg;
	enum result r = event_append(u->c, u->self_room, EVENT_PROFILE, u->c->user,
				     DB_NULL, STR_NONE, NULL);

	return r == OK ? q_user_set_profile(db, u->c->user, u->p->display_name,
					    u->p->locale, u->p->away)
		       : r;
}

/* Would p change anything? */
static enum result differs(struct chat *c, const struct user_profile *p, bool *yes)
{
	struct row_user_profile *now;
	size_t n;
	enum result r = q_user_profile(c->db, c->mem, c->user, &now, &n);

	if (r == OK && n == 0) {
		return E_AUTH;
	}
	*yes = r == OK &&
	       ((p->display_name.ptr && !str_eq(p->display_name, now->display_name)) ||
		(p->locale.ptr && !str_eq(p->locale, now->locale)) ||
		(p->away != DB_NULL && p->away != now->away));
	return r;
}

enum result user_update(struct chat *c, int64_t self_room, const struct user_profile *p,
			struct user *out)
{
	struct update u = { c, self_room, p };
	bool changed = false;
	enum result r = p->display_name.ptr ? display_name_rules(c, p->display_name) : OK;

	if (r == OK) {
		r = differs(c, p, &changed);
	}
	if (r == OK && changed) {
		r = db_transaction(c->db, update_work, &u);
		/* Setting the same again does no harm. */
		r = r == E_UNKNOWN ? db_transaction(c->db, update_work, &u) : r;
	}
	if (r == E_UNKNOWN) {
		r = E_UNAVAILABLE;
	}
	if (r == OK && changed && p->away != DB_NULL) {
		fleeting_presence(c->db, c->user, c->now);
	}
	return r == OK ? user_find(c->db, c->mem, c->user, out) : r;
}
