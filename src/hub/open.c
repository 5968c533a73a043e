/* open.c - from a request to an open stream: what it asks for, who asks, where to go on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#include "base/die.h"
#include "http/fields.h"
#include "http/told.h"
#include "hub/hub.h"
#include "hub/tail.h"

struct stream_query {
	struct str cursor; /* any text: a malformed one is answered with "reset" */
	struct str client;
	int64_t beat, pad, wait;
	int64_t why, learned; /* of told.h */
};

#define CURSOR_FIELD                                                                    \
	{                                                                               \
		"cursor", F_SECRET, 0, 65536, 0, offsetof(struct stream_query, cursor), \
			NULL                                                            \
	}
#define CLIENT_FIELD                                                                    \
	{                                                                               \
		"client", F_WORD, 1, 32, 0, offsetof(struct stream_query, client), NULL \
	}

#define TOLD_FIELDS                                                                     \
	{ "why", F_ENUM, 0, 0, 0, offsetof(struct stream_query, why), told_why_names }, \
	{                                                                               \
		"learned", F_ENUM, 0, 0, 0, offsetof(struct stream_query, learned),     \
			told_limit_names                                                \
	}

static const struct field sse_fields[] = {
	CURSOR_FIELD,
	CLIENT_FIELD,
	TOLD_FIELDS,
	{ "beat", F_INT, 2, 60, 0, offsetof(struct stream_query, beat), NULL },
	{ "pad", F_INT, 0, 4096, 0, offsetof(struct stream_query, pad), NULL },
	{ .name = NULL },
};

static const struct field poll_fields[] = {
	CURSOR_FIELD,
	CLIENT_FIELD,
	TOLD_FIELDS,
	{ "wait", F_INT, 0, 50, 0, offsetof(struct stream_query, wait), NULL },
	{ .name = NULL },
};

#define DEFAULT_WAIT 25

/* FNV-1a: names an address in hello.network and in the table of addresses. */
static uint64_t hash(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < s.len; i++) {
		h = (h ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001b3);
	}
	return h;
}

static const struct waiter *transport(struct str path)
{
	if (str_eq(path, STR("stream/events"))) {
		return &waiter_sse;
	}
	return str_eq(path, STR("stream/poll")) ? &waiter_longpoll : NULL;
}

static void copy(char *out, size_t size, struct str s)
{
	snprintf(out, size, STR_FMT, STR_ARG(s));
}

static void set_options(struct stream *s, const struct stream_query *q,
			const struct request *r)
{
	int64_t beat = q->beat == FIELD_ABSENT ? s->hub->conf->heartbeat : q->beat;

	s->beat = (uint8_t)beat;
	s->pad = q->pad == FIELD_ABSENT ? 0 : (uint16_t)q->pad;
	s->wait = q->wait == FIELD_ABSENT ? DEFAULT_WAIT : (uint8_t)q->wait;
	s->why = q->why == FIELD_ABSENT ? -1 : (int8_t)q->why;
	s->learned = q->learned == FIELD_ABSENT ? -1 : (int8_t)q->learned;
	copy(s->client, sizeof s->client, q->client);
	snprintf(s->network, sizeof s->network, "%012llx",
		 (unsigned long long)(hash(r->address) >> 16));
}

static void ask_who(struct stream *s, const struct stream_query *q,
		    const struct request *r, struct str token)
{
	struct str cursor = r->last_event_id.len ? r->last_event_id : q->cursor;
	struct lookup *l = lookup_create(LOOKUP_OPEN, s);

	copy(l->token, sizeof l->token, token);
	l->has_cursor = cursor.ptr != NULL;
	/* One too long to be ours is cut, and malformed all the same. */
	copy(l->cursor, sizeof l->cursor,
	     cursor.len < LOG_CURSOR_SIZE ? cursor : STR("-"));
	l->address_key = (int64_t)hash(r->address);
	hub_ask(s, l);
}

static void take_request(struct hub *hub, struct arrival *a)
{
	const struct request *r = &a->request;
	const struct waiter *waiter = transport(r->path);
	struct stream *s = stream_create(hub, a, waiter ? waiter : &waiter_longpoll);
	struct stream_query q = { .beat = FIELD_ABSENT,
				  .pad = FIELD_ABSENT,
				  .wait = FIELD_ABSENT,
				  .why = FIELD_ABSENT,
				  .learned = FIELD_ABSENT };
	struct fault fault = { 0 };
	struct str token = request_token(r, NULL);

	if (!waiter) {
		stream_refuse(s, E_NOT_FOUND, NULL);
		return;
	}
	if (r->method != METHOD_GET) {
		stream_refuse_method(s);
		return;
	}
	if (request_is_cross_site(r)) {
		fault = (struct fault){ "cross_site",
					"Another site's page may not read this.", NULL,
					0 };
		stream_refuse(s, E_FORBIDDEN, &fault);
		return;
	}
	if (!token.ptr || token.len >= sizeof((struct lookup *)0)->token) {
		stream_refuse(s, E_AUTH, NULL);
		return;
	}
	enum result result = fields_from_query(
		r->mem, waiter == &waiter_sse ? sse_fields : poll_fields, r->query, &q,
		&fault);
	if (result != OK) {
		stream_refuse(s, result, &fault);
	} else if (!hub->open || hub->stopping) {
		stream_refuse(s, E_UNAVAILABLE, NULL);
	} else {
		set_options(s, &q, r);
		ask_who(s, &q, r, token);
	}
}

void hub_take_arrival(struct mail *mail, void *hub)
{
	struct arrival *a = (struct arrival *)mail;

	take_request(hub, a);
	talloc_free(a->request.mem);
	free(a);
}

void hub_ask(struct stream *s, struct lookup *l)
{
	struct hub *hub = s->hub;

	memcpy(l->epoch, hub->epoch, sizeof l->epoch);
	l->settled = hub->settled;
	l->upto = hub->ring.floor > hub->settled ? hub->ring.floor : hub->settled;
	l->place = hub->ring.next;
	l->purged = hub->purged;
	s->asking = true;
	lookup_ask(hub->lookups, l);
}

bool revokes(const struct entry *e, int64_t user, int64_t session)
{
	return e->type == EVENT_REVOKED && e->subject == user &&
	       (e->target == DB_NULL || e->target == session);
}

/* Was the session revoked since the lookup looked? */
static bool was_revoked(const struct hub *hub, const struct lookup *l)
{
	for (uint64_t at = hub->ring.first; at < hub->ring.next; at++) {
		if (revokes(ring_at(&hub->ring, at), l->session.user, l->session.id)) {
			return true;
		}
	}
	return false;
}

/* The user's rooms as the lookup found them, brought up to what is delivered by now:
 * where the ring has joins or leaves of theirs, the last one of a room tells. */
static struct person *add_person(struct hub *hub, const struct lookup *l)
{
	struct person *p = roster_add(&hub->roster, l->session.user);

	for (size_t i = 0; i < l->sight.count; i++) {
		roster_join(&hub->roster, p, l->sight.rooms[i]);
	}
	for (uint64_t at = hub->ring.first; at < hub->ring.next; at++) {
		const struct entry *e = ring_at(&hub->ring, at);
		if (e->subject != p->id) {
			continue;
		}
		if (e->type == EVENT_JOIN) {
			roster_join(&hub->roster, p, e->room);
		} else if (e->type == EVENT_LEAVE) {
			roster_leave(&hub->roster, p, e->room);
		}
	}
	presence_note(hub->presence, p->id, true);
	return p;
}

/* A cursor of ours that tells more than a position (longpoll.c, cursor_with_place). */
static void go_on_at_place(struct stream *s, struct str cursor)
{
	unsigned instance;
	unsigned long long place;
	size_t dash = str_index(cursor, '-');

	if (dash < cursor.len &&
	    sscanf(cursor.ptr + dash, "-%x-%llu", &instance, &place) == 2 &&
	    instance == s->hub->instance) {
		stream_enter_at(s, place);
	}
}

static void let_in(struct stream *s, struct lookup *l)
{
	struct hub *hub = s->hub;
	struct person *p = roster_person(&hub->roster, l->session.user);

	s->session = l->session.id;
	s->resume = l->resume;
	s->position = l->position;
	s->state = STREAM_REPLAY;
	admit_stream(s, p ? p : add_person(hub, l), l->address_key);
	if (l->resume == LOG_EXACT) {
		go_on_at_place(s, str_from(l->cursor));
	}
	s->waiter->open(s);
	if (s->state == STREAM_REPLAY) {
		admit_replace(s);
	}
	if (s->state == STREAM_REPLAY) {
		stream_pump(s);
	}
}

/* The ring lost entries since the lookup asked, or the log is another: ask again. */
static bool is_outdated(const struct hub *hub, const struct lookup *l)
{
	return strcmp(l->epoch, hub->epoch) != 0 || hub->ring.first > l->place;
}

static void ask_again(struct stream *s, const struct lookup *old)
{
	struct lookup *l = lookup_create(LOOKUP_OPEN, s);

	l->asked_at = old->asked_at;
	l->has_cursor = old->has_cursor;
	l->address_key = old->address_key;
	memcpy(l->token, old->token, sizeof l->token);
	memcpy(l->cursor, old->cursor, sizeof l->cursor);
	hub_ask(s, l);
}

static void take_open(struct stream *s, struct lookup *l)
{
	struct hub *hub = s->hub;

	if (l->result == E_RETRY) {
		tail_nudge(hub->tail);
		ask_again(s, l);
	} else if (l->result != OK) {
		stream_refuse(s, l->result, NULL);
	} else if (hub->stopping) {
		stream_refuse(s, E_UNAVAILABLE, NULL);
	} else if (is_outdated(hub, l)) {
		ask_again(s, l);
	} else if (was_revoked(hub, l)) {
		stream_refuse(s, E_AUTH, NULL);
	} else {
		let_in(s, l);
	}
}

static void take_page(struct stream *s, struct lookup *l)
{
	if (s->state != STREAM_REPLAY) {
		return;
	}
	if (l->result == E_CONFLICT || strcmp(l->epoch, s->hub->epoch) != 0) {
		s->waiter->lost(s);
		return;
	}
	if (l->result != OK) {
		/* The database is gone: what it has so far is not all, so it must come
		 * again. */
		stream_bye(s, BYE_RESTART);
		return;
	}
	for (size_t i = 0; i < l->batch.count && s->state == STREAM_REPLAY; i++) {
		s->position = l->batch.entries[i].cursor;
		s->waiter->event(s, &l->batch.entries[i]);
	}
	if (s->state != STREAM_REPLAY) {
		return;
	}
	s->position = l->position;
	if (l->batch.count) {
		s->waiter->flush(s);
	} else {
		stream_pump(s);
	}
}

void hub_take_answer(struct mail *mail, void *hub)
{
	struct lookup *l = (struct lookup *)mail;
	struct stream *s = l->stream;

	(void)hub;
	s->asking = false;
	if (s->state == STREAM_ASKING && l->kind == LOOKUP_OPEN) {
		take_open(s, l);
	} else if (l->kind == LOOKUP_PAGE) {
		take_page(s, l);
	}
	lookup_destroy(l);
}
