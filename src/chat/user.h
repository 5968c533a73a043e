/* user.h - accounts: their making, finding, and what may be changed about them. */
#ifndef PALABRE_CHAT_USER_H
#define PALABRE_CHAT_USER_H

#include <stdbool.h>

#include "chat/chat.h"
#include "chat/session.h"
#include "queries.h"

/* As schema/queries/user.sql computes it (presence in shape user). */
enum presence {
	PRESENCE_OFFLINE = 0,
	PRESENCE_AWAY = 1,
	PRESENCE_ONLINE = 2,
};

/* What others may see of an account (PROTOCOL §2). */
struct user {
	int64_t id;
	struct str name;         /* as written, after NFKC */
	struct str display_name; /* never empty */
	bool admin;
	enum presence presence;
	int64_t last_seen; /* milliseconds since 1970, 0 = never */
};

/* From a row of shape user (any query may return it); texts are shared with the row. */
struct user user_from_row(const struct row_user *row);

/* E_NOT_FOUND user_not_found. One query; disabled accounts are found. On mem. */
enum result user_find(struct db *db, const void *mem, int64_t id, struct user *out);

/* What registering needs. */
struct user_new {
	struct str name;
	struct str password;
	struct str display_name;     /* STR_NONE: as the name */
	bool admin;                  /* the first account is it anyway */
	struct session_new *session; /* to be opened with it; NULL: none */
};

/*
 * Makes the account with its self room. E_FIELD name, password or display_name (with the
 * rule that is broken), E_CONFLICT name_taken. Does the hashing, so it takes a while and
 * may be E_UNAVAILABLE, and E_BUSY too_many_attempts where a session says from which
 * network. The first account ever is an admin, whatever new says, decided
 * under a lock. Sets c->now.
 */
enum result user_create(struct chat *c, const struct user_new *new, struct user *out);

/* The rules for a password of somebody called that. E_FIELD: field says which of them. */
enum result user_password_rules(struct chat *c, struct str password, struct str name,
				const char *field);

/* The canonical form of a name as somebody typed it, for finding; STR_NONE: can't be one.
 */
struct str user_canonical(const void *mem, struct str name);

/* By name. E_NOT_FOUND user_not_found. */
enum result user_find_name(struct chat *c, struct str name, struct user *out);

/* Who wants to sign in, from where. */
struct user_login {
	struct str name;
	struct str password;
	struct str
		known; /* the token of a session that the browser still has; STR_NONE */
	struct session_new *session; /* to be opened */
};

/*
 * Checks name and password and opens a session. E_AUTH bad_credentials for an unknown
 * name, a wrong password and a disabled account alike, at the same cost; E_BUSY
 * too_many_attempts (auth/throttle.h); E_UNAVAILABLE where no hashing can be done now.
 * Makes the hash anew where the settings ask for another cost. Sets c->now.
 */
enum result user_login(struct chat *c, struct user_login *login, struct user *out);

/*
 * A new password for the caller: E_FORBIDDEN wrong_password where old is wrong. All other
 * sessions end, and the networks known are forgotten. Where new_token is not
 * NULL, the caller's session goes on under it alone.
 */
enum result user_change_password(struct chat *c, struct str old, struct str new,
				 struct str address, char *new_token);

/* For admins (palabrectl). Each ends all sessions of the account but for the role. */
enum result user_disable(struct chat *c, int64_t user, bool disabled);
enum result user_reset_password(struct chat *c, const struct user *user,
				struct str password);

/* E_CONFLICT last_admin where nobody would be left who is one. */
enum result user_set_admin(struct chat *c, int64_t user, bool admin);

/* What a profile change sets; STR_NONE and DB_NULL leave a thing as it is. */
struct user_profile {
	struct str display_name;
	struct str locale;
	int64_t away; /* 0 or 1 */
};

/* Changes the caller's profile; a `profile` event in the self log where it did. */
enum result user_update(struct chat *c, int64_t self_room, const struct user_profile *p,
			struct user *out);

/* Accounts whose name or display name begins with prefix, by name; disabled ones not. */
enum result user_search(struct chat *c, struct str prefix, int64_t limit,
			struct user **out, size_t *count);

#endif
