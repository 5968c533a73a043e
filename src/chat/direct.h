/* direct.h - rooms of two. */
#ifndef PALABRE_CHAT_DIRECT_H
#define PALABRE_CHAT_DIRECT_H

#include "chat/room.h"

/*
 * The one room of the caller and user, made where there is none (*created); who had left
 * it is in it again. E_FIELD for an unknown user or oneself.
 */
enum result direct_open(struct chat *c, int64_t user, struct room *out, bool *created);

/* Inside a transaction: both are members again. The room's row is locked. */
enum result direct_reunite(struct chat *c, int64_t room);

/* The other one of a "low:high" pair. */
int64_t direct_peer(struct str pair, int64_t user);

#endif
