/* read.h - how far somebody has read, and what that leaves unread. */
#ifndef PALABRE_CHAT_READ_H
#define PALABRE_CHAT_READ_H

#include "chat/chat.h"

/*
 * The caller has read up to seq (beyond the room's end: to its end). Never goes back. The
 * exact counts that are left go to the caller's other devices as a `read` event of the
 * self log; nothing is written where nothing changes.
 */
enum result read_upto(struct chat *c, int64_t room, int64_t self_room, int64_t seq);

#endif
