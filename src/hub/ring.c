/* ring.c - the most recent entries, for resumes. */
#include "hub/ring.h"

#include <stdlib.h>

#include "base/die.h"

/* Long messages must not make a ring of small ones a large one. */
#define MAX_BYTES (64u << 20)

void ring_init(struct ring *ring, uint64_t cap, int64_t settled)
{
	*ring = (struct ring){ .cap = cap, .floor = settled };
	ring->entries = die_if_null(calloc(cap, sizeof *ring->entries));
}

static void drop_oldest(struct ring *ring)
{
	struct entry *e = &ring->entries[ring->first++ % ring->cap];

	if (e->id > ring->floor) {
		ring->floor = e->id;
	}
	ring->bytes -= e->frame ? e->frame->len : 0;
	frame_unref(e->frame);
	e->frame = NULL;
}

void ring_push(struct ring *ring, const struct entry *entry)
{
	while (ring->next - ring->first >= ring->cap ||
	       (ring->bytes > MAX_BYTES && ring->next > ring->first)) {
		drop_oldest(ring);
	}
	ring->entries[ring->next++ % ring->cap] = *entry;
	ring->bytes += entry->frame ? entry->frame->len : 0;
}

const struct entry *ring_at(const struct ring *ring, uint64_t place)
{
	return &ring->entries[place % ring->cap];
}

static bool tells(const struct entry *e, int64_t room, int64_t seq)
{
	return e->room == room && e->target == seq &&
	       (e->type == EVENT_MESSAGE || e->type == EVENT_EDIT);
}

void ring_forget_message(struct ring *ring, int64_t room, int64_t seq)
{
	uint64_t at = ring->next;

	while (at > ring->first && !tells(ring_at(ring, at - 1), room, seq)) {
		at--;
	}
	while (ring->first < at) {
		drop_oldest(ring);
	}
}

void ring_clear(struct ring *ring, int64_t settled)
{
	while (ring->first < ring->next) {
		drop_oldest(ring);
	}
	ring->floor = settled;
}
