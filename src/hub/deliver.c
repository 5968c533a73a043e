/* deliver.c - what the tail found, to the streams that see it. */
#include <stdlib.h>

#include "base/log.h"
#include "hub/fleeting.h"
#include "hub/hub.h"
#include "hub/tail.h"

static void to_person(const struct person *p, const struct entry *e)
{
	for (struct stream *s = p->streams; s; s = s->next_of_person) {
		if (s->state == STREAM_LIVE) {
			s->waiter->event(s, e);
			count_add(&s->hub->counters, COUNT_FRAMES, 1);
		}
	}
}

static void to_room(struct hub *hub, const struct entry *e)
{
	const struct place *place = roster_place(&hub->roster, e->room);

	for (uint32_t i = 0; place && i < place->count; i++) {
		to_person(place->people[i], e);
	}
}

static void on_join(struct hub *hub, const struct entry *e)
{
	struct person *p = roster_person(&hub->roster, e->subject);

	if (p) {
		roster_join(&hub->roster, p, e->room);
	}
	to_room(hub, e);
}

/* The leave is the last that who leaves gets of the room, and they get it whatever the
 * roster knew. */
static void on_leave(struct hub *hub, const struct entry *e)
{
	struct person *p = roster_person(&hub->roster, e->subject);

	to_room(hub, e);
	if (p && !roster_is_in(p, e->room)) {
		to_person(p, e);
	} else if (p) {
		roster_leave(&hub->roster, p, e->room);
	}
}

static void on_gone(struct hub *hub, const struct entry *e)
{
	struct place *place;

	to_room(hub, e);
	while ((place = roster_place(&hub->roster, e->room))) {
		roster_leave(&hub->roster, place->people[0], e->room);
	}
}

static struct stream *next_revoked(const struct hub *hub, const struct entry *e)
{
	const struct person *p = roster_person(&hub->roster, e->subject);
	struct stream *s = p ? p->streams : NULL;

	while (s && !revokes(e, p->id, s->session)) {
		s = s->next_of_person;
	}
	return s;
}

static void on_revoked(struct hub *hub, const struct entry *e)
{
	struct stream *s;

	while ((s = next_revoked(hub, e))) {
		stream_bye(s, BYE_REVOKED);
	}
}

void deliver_entry(struct hub *hub, const struct entry *e)
{
	if (e->type == EVENT_EDIT || e->type == EVENT_DELETE) {
		ring_forget_message(&hub->ring, e->room, e->target);
	}
	hub->newest = e->id > hub->newest ? e->id : hub->newest;
	ring_push(&hub->ring, e);
	switch (e->type) {
	case EVENT_JOIN:
		on_join(hub, e);
		break;
	case EVENT_LEAVE:
		on_leave(hub, e);
		break;
	case EVENT_GONE:
		on_gone(hub, e);
		break;
	case EVENT_REVOKED:
		on_revoked(hub, e);
		break;
	default:
		to_room(hub, e);
	}
}

/* Another log, or the first: what was is nothing to go on from. */
static void start_over(struct hub *hub, const struct tail_news *n)
{
	for (struct stream *s = hub->streams, *next; s; s = next) {
		next = s->next;
		/* Those that are not let in yet are looked up again. */
		if (s->state == STREAM_REPLAY || s->state == STREAM_LIVE) {
			stream_bye(s, BYE_RESTART);
		}
	}
	if (hub->open) {
		log_warn("log_replaced", "epoch", n->epoch, NULL);
	}
	ring_clear(&hub->ring, n->settled);
	/* It names the old epoch, and the position may well be the same. */
	frame_unref(hub->beat);
	hub->beat = NULL;
	hub->newest = n->settled;
	memcpy(hub->epoch, n->epoch, sizeof hub->epoch);
	hub->open = true;
}

void hub_take_news(struct mail *mail, void *arg)
{
	struct tail_news *n = (struct tail_news *)mail;
	struct hub *hub = arg;

	if (n->restart) {
		start_over(hub, n);
	}
	for (size_t i = 0; i < n->batch.count; i++) {
		deliver_entry(hub, &n->batch.entries[i]);
	}
	hub->settled = n->settled;
	hub->purged = n->purged;
	free(n->batch.entries);
	free(n);
}

/* To all who share a room with whom it is about, once each. */
static void deliver_fleeting(struct hub *hub, const struct fleeting_item *item)
{
	struct entry e = { .frame = item->frame };
	uint64_t number = ++hub->fleeting_count;

	for (size_t i = 0; i < item->room_count; i++) {
		const struct place *place = roster_place(&hub->roster, item->rooms[i]);
		for (uint32_t j = 0; place && j < place->count; j++) {
			struct person *p = place->people[j];
			bool own = p->id == item->user && item->type == FLEETING_TYPING;
			if (p->told != number && !own) {
				p->told = number;
				to_person(p, &e);
			}
		}
	}
}

void hub_take_fleeting(struct mail *mail, void *hub)
{
	struct fleeting_news *n = (struct fleeting_news *)mail;

	for (size_t i = 0; i < n->count; i++) {
		deliver_fleeting(hub, &n->items[i]);
	}
	fleeting_news_free(n);
}
