/* entry.h - one event of the log as the hub handles it: what it is about, and its frame.
 */
#ifndef PALABRE_HUB_ENTRY_H
#define PALABRE_HUB_ENTRY_H

#include "chat/event.h"
#include "hub/frame.h"

struct entry {
	struct frame *frame; /* NULL: a note to the hub alone */
	int64_t id;
	int64_t cursor; /* everything up to here was delivered with or before this entry
			 */
	int64_t room;
	int64_t subject; /* join, leave: who; revoked: whose */
	int64_t target;  /* revoked: the session, DB_NULL = all of the subject's */
	enum event_type type;
};

/* Events that the tail or a lookup hands over together. On malloc. */
struct batch {
	struct entry *entries;
	size_t count;
};

/* Encodes rows that event_complete() filled. cursor of each is set by the caller. */
struct entry entry_encode(const struct event *event, struct str epoch, int64_t cursor,
			  void *scratch);

/* Gives back the frames and the array. */
void batch_finish(struct batch *b);

#endif
