/* replay.c - what a stream missed: from the database as far as the ring does not reach,
 * then from the ring, then it is live. Paused whenever the peer takes no more. */
#include <stdlib.h>
#include <talloc.h>

#include "base/die.h"
#include "hub/hub.h"

/* So much is queued at a time; the rest follows when it is out. */
#define REPLAY_BYTES (128u << 10)

/* All of the log up to here lies before the stream's place in the ring. */
static int64_t ring_position(const struct stream *s)
{
	const struct ring *ring = &s->hub->ring;
	int64_t position = s->hub->settled;

	for (uint64_t at = s->place; at < ring->next; at++) {
		const struct entry *e = ring_at(ring, at);
		if (e->id > s->after && e->id <= position) {
			position = e->id - 1;
		}
	}
	return position;
}

int64_t stream_position(const struct stream *s)
{
	if (s->state == STREAM_LIVE) {
		return s->hub->settled;
	}
	if (s->in_ring && s->place >= s->hub->ring.first) {
		return ring_position(s);
	}
	return s->unsettled && s->after < s->position ? s->after : s->position;
}

/*
 * The database is read up to where the ring reaches back. That is past what is settled
 * only where a transaction has stayed open while a whole ring of events went by; then
 * whatever comes late is taken from the ring, which must not lose it meanwhile.
 */
static void ask_page(struct stream *s)
{
	struct hub *hub = s->hub;
	struct lookup *l = lookup_create(LOOKUP_PAGE, s);

	if (hub->ring.floor > hub->settled && !s->unsettled) {
		s->unsettled = true;
		s->after = s->position < hub->settled ? s->position : hub->settled;
		s->watched = hub->ring.next;
	}
	l->user = s->person->id;
	l->position = s->position;
	hub_ask(s, l);
}

/*
 * The rooms the user was in at a place of the ring: those of now, with their joins and
 * leaves since then undone, newest first.
 */
static void sight_at(const void *mem, const struct stream *s, struct log_sight *sight)
{
	const struct ring *ring = &s->hub->ring;
	const struct person *p = s->person;

	*sight = (struct log_sight){ 0 };
	for (uint32_t i = 0; i < p->place_count; i++) {
		log_sight_add(mem, sight, p->places[i]->id);
	}
	for (uint64_t at = ring->next; at > s->place; at--) {
		const struct entry *e = ring_at(ring, at - 1);
		if (e->subject != p->id) {
			continue;
		}
		if (e->type == EVENT_JOIN) {
			log_sight_drop(sight, e->room);
		} else if (e->type == EVENT_LEAVE) {
			log_sight_add(mem, sight, e->room);
		}
	}
}

/* Entries from the ring until its end or until enough is queued. */
static void pump_ring(struct stream *s)
{
	const struct ring *ring = &s->hub->ring;
	void *mem = die_if_null(talloc_new(NULL));
	struct log_sight sight;

	sight_at(mem, s, &sight);
	while (s->state == STREAM_REPLAY && s->place < ring->next &&
	       s->wire.bytes < REPLAY_BYTES) {
		const struct entry *e = ring_at(ring, s->place++);
		if (e->id <= s->after && e->subject != s->person->id) {
			continue;
		}
		bool sees = log_sight_sees(mem, &sight, s->person->id, e->room, e->type,
					   e->subject);
		if (sees && e->frame && e->id > s->after) {
			s->waiter->event(s, e);
			count_add(&s->hub->counters, COUNT_FRAMES, 1);
		}
	}
	talloc_free(mem);
	if (s->state == STREAM_REPLAY && s->place == ring->next) {
		s->state = STREAM_LIVE;
		s->waiter->caught_up(s);
	} else if (s->state == STREAM_REPLAY) {
		s->position = ring_position(s); /* should the ring move on meanwhile */
	}
}

static void enter_ring(struct stream *s)
{
	struct ring *ring = &s->hub->ring;

	if (s->unsettled && ring->first > s->watched) {
		/* The ring lost something meanwhile: again, from where all was settled.
		 */
		s->position = s->after;
		s->unsettled = false;
		return;
	}
	if (!s->unsettled) {
		s->after = s->position;
	}
	s->in_ring = true;
	s->place = ring->first;
}

void stream_enter_at(struct stream *s, uint64_t place)
{
	const struct ring *ring = &s->hub->ring;

	if (place >= ring->first && place <= ring->next) {
		s->in_ring = true;
		s->after = s->position;
		s->place = place;
	}
}

void stream_pump(struct stream *s)
{
	struct ring *ring = &s->hub->ring;

	while (s->state == STREAM_REPLAY && !s->asking && s->wire.bytes < REPLAY_BYTES) {
		if (s->in_ring && s->place < ring->first) {
			/* Paused for so long that the ring moved on. */
			s->in_ring = s->unsettled = false;
		}
		if (!s->in_ring && s->position < ring->floor) {
			ask_page(s);
		} else if (!s->in_ring) {
			enter_ring(s);
		} else {
			pump_ring(s);
		}
	}
}
