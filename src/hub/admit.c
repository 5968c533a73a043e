/* admit.c - letting streams in: their user, their address, and how many there may be. */
#include <stdlib.h>

#include "base/die.h"
#include "hub/hub.h"

static void leave_person(struct stream *s)
{
	struct person *p = s->person;
	struct stream **at = &p->streams;

	while (*at != s) {
		at = &(*at)->next_of_person;
	}
	*at = s->next_of_person;
	s->person = NULL;
	if (--p->stream_count == 0) {
		presence_note(s->hub->presence, p->id, false);
		roster_remove(&s->hub->roster, p);
	}
}

static void leave_address(struct stream *s)
{
	struct address *a = s->address;
	struct stream **at = &a->streams;

	while (*at != s) {
		at = &(*at)->next_of_address;
	}
	*at = s->next_of_address;
	s->address = NULL;
	if (--a->stream_count == 0) {
		map_remove(&s->hub->addresses, a->key);
		free(a);
	}
}

void admit_leave(struct stream *s)
{
	if (s->person) {
		count_add(&s->hub->counters, s->waiter->gauge, -1);
		leave_person(s);
	}
	if (s->address) {
		leave_address(s);
	}
}

static const enum counter resume_counters[] = {
	[LOG_EXACT] = COUNT_EXACT,
	[LOG_RESET] = COUNT_RESET,
	[LOG_START] = COUNT_START,
};

/* What the client tells of its network counts once it is known who it is. */
static void count_told(const struct stream *s)
{
	if (s->why >= 0) {
		count_add(&s->hub->counters, COUNT_WHY + (enum counter)s->why, 1);
	}
	if (s->learned >= 0) {
		count_add(&s->hub->counters, COUNT_LEARNED + (enum counter)s->learned, 1);
	}
}

static struct address *address_of(struct hub *hub, int64_t key)
{
	struct address *a = map_get(&hub->addresses, key);
	if (!a) {
		a = die_if_null(calloc(1, sizeof *a));
		a->key = key;
		map_put(&hub->addresses, key, a);
	}
	return a;
}

/* Lookups may end in another order than they began: what counts is who came later. */
void admit_replace(struct stream *s)
{
	struct stream *other = s->person->streams;

	while (other && (other == s || strcmp(other->client, s->client) != 0)) {
		other = other->next_of_person;
	}
	if (other && s->client[0]) {
		stream_bye(other->number < s->number ? other : s, BYE_REPLACED);
	}
}

static void end_oldest_of_person(const struct person *p)
{
	struct stream *oldest = p->streams;
	while (oldest->next_of_person) {
		oldest = oldest->next_of_person;
	}
	stream_bye(oldest, BYE_REPLACED);
}

static void end_oldest_of_address(const struct address *a)
{
	struct stream *oldest = a->streams;
	while (oldest->next_of_address) {
		oldest = oldest->next_of_address;
	}
	stream_bye(oldest, BYE_REPLACED);
}

void admit_stream(struct stream *s, struct person *p, int64_t address_key)
{
	const struct conf *conf = s->hub->conf;
	struct address *a = address_of(s->hub, address_key);

	count_add(&s->hub->counters, s->waiter->gauge, 1);
	count_add(&s->hub->counters, resume_counters[s->resume], 1);
	count_told(s);
	s->person = p;
	s->next_of_person = p->streams;
	p->streams = s;
	p->stream_count++;
	s->address = a;
	s->next_of_address = a->streams;
	a->streams = s;
	a->stream_count++;
	if (conf->limits && p->stream_count > conf->streams_per_user) {
		end_oldest_of_person(p);
	}
	if (conf->limits && a->stream_count > conf->streams_per_address) {
		end_oldest_of_address(a);
	}
}
