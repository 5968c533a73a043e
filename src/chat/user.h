/* user.h - accounts: their making, finding, and what may be changed about them. */
#ifndef PALABRE_CHAT_USER_H
#define PALABRE_CHAT_USER_H

#include <stdbool.h>

#include "chat/chat.h"
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
	struct str name;	 /* as written, after NFKC */
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
	struct str display_name; /* STR_NONE: as the name */
	struct str locale;	 /* STR_NONE: unknown */
	bool admin;		 /* the first account is it anyway */
	bool may_be_common;	 /* palabrectl --weak: any password of 8 bytes */
};

/*
 * Makes the account with its self room. E_FIELD name or password (with the rule broken),
 * E_CONFLICT name_taken. Does the hashing, so it takes a while and may be E_UNAVAILABLE.
 * The first account ever is an admin, whatever new says, decided under a lock.
 */
enum result user_create(struct chat *c, const struct user_new *new, struct user *out);

/*
 * Name and password to a user, throttled (auth/throttle.h). E_AUTH bad_credentials for an
 * unknown name, a wrong password and a disabled account alike, at the same cost; E_BUSY
 * with fault.retry_after. device: the browser's device token and session: the session
 * that it still has, each STR_NONE without.
 */
struct user_login {
	struct str name;
	struct str password;
	struct str address;	 /* the caller's IP address */
	struct str device_token; /* STR_NONE: none */
	struct str session_token;
};
enum result user_login(struct chat *c, const struct user_login *login, struct user *out);

/* New password of the caller: E_FORBIDDEN where old is wrong. Other sessions end. */
enum result user_change_password(struct chat *c, struct str old, struct str new);

/* What a profile change may set; STR_NONE and FIELD_ABSENT-like DB_NULL leave alone. */
struct user_profile {
	struct str display_name;
	struct str locale;
	int64_t away; /* DB_NULL: as it is */
};

/* Changes the caller's profile; a `profile` event in the self log where it did. */
enum result user_update(struct chat *c, int64_t self_room, const struct user_profile *p,
			struct user *out);

/* Accounts whose name or display name begins with prefix, by name; disabled ones not. */
enum result user_search(struct chat *c, struct str prefix, int64_t limit, struct user **out,
			size_t *count);

#endif
