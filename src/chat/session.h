/* session.h - who is signed in, where, until when. */
#ifndef PALABRE_CHAT_SESSION_H
#define PALABRE_CHAT_SESSION_H

#include "chat/chat.h"

/* 32 random bytes as base64url, without padding (RFC 4648 §5). */
#define SESSION_TOKEN_LENGTH 43

/* How exactly it is known when a session was used last. */
#define SESSION_TOUCH_MS 60000

struct session {
	int64_t id;
	int64_t user;
	int64_t self_room; /* the user's private log */
	bool admin;
	bool touched; /* found for the first time in a minute: see session_note_client()
		       */
	int64_t online_until; /* the user's presence, milliseconds since 1970 */
	int64_t now;          /* the database's clock, milliseconds since 1970 */
};

/*
 * Finds the live session behind a token; one query. Expired ones and those of disabled
 * accounts are not found: E_AUTH. last_seen is brought up to date once a minute at most,
 * and the session then lives its full length again. E_UNAVAILABLE without the database.
 */
enum result session_find(struct db *db, const void *mem, struct str token,
			 struct session *out);

/* A request keeps its user online for a while. Nothing to do where a stream does. Failure
 * is of no consequence. */
void session_stay_online(struct db *db, const struct session *s);

/* Notes browser and address for the list of sessions. Of use where session.touched. */
enum result session_note_client(struct db *db, int64_t session, struct str agent,
				struct str address);

/* A new session and what comes back of it. */
struct session_new {
	struct str agent;    /* User-Agent; cut, and cleaned of what is no text */
	struct str address;  /* IP address */
	struct str replaces; /* the token that the browser had: that session ends;
				STR_NONE */
	char token[SESSION_TOKEN_LENGTH + 1]; /* out: for the client alone */
	int64_t id;                           /* out */
};

/* Signs user in, as a step of the caller's transaction. A token is always a new one: what
 * the client sent is never adopted. */
enum result session_open_step(struct chat *c, int64_t user, struct session_new *s);

/* Gives the caller's session a new token; the old one is worth nothing any more. */
enum result session_rotate(struct chat *c, char token[SESSION_TOKEN_LENGTH + 1]);

/*
 * Ends a session: its row goes, and a note to the hubs (EVENT_REVOKED) in the same
 * transaction makes them end its streams. Only one of user's: else E_NOT_FOUND
 * session_not_found.
 */
enum result session_revoke(struct chat *c, int64_t user, int64_t session);

/* Ends all sessions of user but one (0: all). *ended may be NULL. */
enum result session_revoke_all(struct chat *c, int64_t user, int64_t but, int64_t *ended);

/* The same as a step of the caller's transaction. */
enum result session_revoke_all_step(struct chat *c, int64_t user, int64_t but,
				    int64_t *ended);

/* One line of the list of a user's sessions. */
struct session_line {
	int64_t id;
	int64_t created_at, last_seen; /* milliseconds since 1970 */
	struct str agent;              /* as the browser calls itself; may be empty */
	struct str address;
};

/* The caller's live sessions, the last used first. On c->mem. */
enum result session_list(struct chat *c, struct session_line **out, size_t *count);

#endif
