/* ring.h - the most recent entries, in the order they were delivered, for resumes. */
#ifndef PALABRE_HUB_RING_H
#define PALABRE_HUB_RING_H

#include <stdint.h>

#include "hub/entry.h"

/* Places count deliveries since the start; they are not event ids. */
struct ring {
	struct entry *entries;
	uint64_t cap;
	uint64_t first; /* the oldest place still held */
	uint64_t next;  /* the place of the next delivery */
	int64_t floor;  /* all events with larger ids that were delivered are held */
	uint64_t bytes; /* of all frames held */
};

/* Holds up to cap entries, and no more than a bounded number of bytes. */
void ring_init(struct ring *ring, uint64_t cap, int64_t settled);

/* Takes over the entry's reference to its frame. */
void ring_push(struct ring *ring, const struct entry *entry);

/* The entry at a place that is held. */
const struct entry *ring_at(const struct ring *ring, uint64_t place);

/*
 * A message was changed: what tells its old text is forgotten, with all that is older, so
 * that a replay takes it from the database as it is now.
 */
void ring_forget_message(struct ring *ring, int64_t room, int64_t seq);

/* Forgets all; from now on complete after settled. */
void ring_clear(struct ring *ring, int64_t settled);

#endif
