/* session.h - who is signed in, where, until when. */
#ifndef PALABRE_CHAT_SESSION_H
#define PALABRE_CHAT_SESSION_H

#include "chat/chat.h"

/* 32 random bytes as base64url, without padding (RFC 4648 §5). */
#define SESSION_TOKEN_LENGTH 43

struct session {
	int64_t id;
	int64_t user;
	int64_t self_room; /* the user's private log */
	bool admin;
	int64_t now; /* the database's clock, milliseconds since 1970 */
};

/*
 * Finds the live session behind a token; one query. Expired ones and those of disabled
 * accounts are not found: E_AUTH. last_seen is brought up to date once a minute at most
 * (agent and address with it). E_UNAVAILABLE without the database.
 */
enum result session_find(struct db *db, const void *mem, struct str token, struct session *out);

#endif
