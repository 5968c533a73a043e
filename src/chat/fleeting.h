/* fleeting.h - what passes and is never replayed: typing, receipts, presence. */
#ifndef PALABRE_CHAT_FLEETING_H
#define PALABRE_CHAT_FLEETING_H

#include "chat/chat.h"

/* The values stand in the database: never renumber. */
enum fleeting_type {
	FLEETING_TYPING = 1,
	FLEETING_RECEIPT = 2,  /* upto: how far was read */
	FLEETING_PRESENCE = 3, /* the user's presence may have changed: look it up */
};

/* Receipts and presence go to rooms of at most so many members. */
#define FLEETING_MAX_MEMBERS 500

/* A stream or a request keeps its user online for so long. */
#define PRESENCE_TTL_MS 30000

/* It is said again when less than this is left. */
#define PRESENCE_SPARE_MS (PRESENCE_TTL_MS / 2)

/* A client types: at most one in three seconds is passed on. Members only. */
enum result fleeting_typing(struct chat *c, int64_t room);

/* The caller has read a room so far. Failure is of no consequence and not reported. */
void fleeting_receipt(struct chat *c, int64_t room, int64_t upto);

/* The user's presence may have changed. Failure is not reported either. */
void fleeting_presence(struct db *db, int64_t user, int64_t now);

#endif
