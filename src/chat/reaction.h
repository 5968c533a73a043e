/* reaction.h - an emoji under a message. */
#ifndef PALABRE_CHAT_REACTION_H
#define PALABRE_CHAT_REACTION_H

#include "chat/message.h"

/* Different emoji under one message. */
#define REACTION_MAX_KINDS 32

/*
 * Sets or takes back the caller's. Doing it again is OK and no event. E_FIELD where emoji
 * is not one pictograph, or there are too many different ones; E_CONFLICT under a deleted
 * one.
 */
enum result reaction_set(struct chat *c, int64_t room, int64_t seq, struct str emoji,
			 bool on, struct message *out);

/* Fills in the reactions of those messages that have any: one query, or none. */
enum result reaction_fill(struct db *db, const void *mem, struct message *const *messages,
			  size_t n);

/* Exactly one grapheme that is drawn as a picture. */
bool reaction_is_emoji(struct str s);

#endif
