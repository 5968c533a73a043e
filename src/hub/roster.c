/* roster.c - who sees what: the rooms of every user with an open stream. */
#include "hub/roster.h"

#include <stdlib.h>

#include "base/die.h"

struct person *roster_person(const struct roster *r, int64_t user)
{
	return map_get(&r->people, user);
}

struct place *roster_place(const struct roster *r, int64_t room)
{
	return map_get(&r->places, room);
}

struct person *roster_add(struct roster *r, int64_t user)
{
	struct person *p = die_if_null(calloc(1, sizeof *p));
	p->id = user;
	map_put(&r->people, user, p);
	return p;
}

/* Room for one more pointer in an array that doubles. */
static void *grown(void *array, uint32_t count, uint32_t *cap)
{
	if (count < *cap) {
		return array;
	}
	*cap = *cap ? *cap * 2 : 4;
	return die_if_null(realloc(array, *cap * sizeof(void *)));
}

static uint32_t place_index(const struct person *p, int64_t room)
{
	uint32_t i = 0;
	while (i < p->place_count && p->places[i]->id != room) {
		i++;
	}
	return i;
}

bool roster_is_in(const struct person *p, int64_t room)
{
	return place_index(p, room) < p->place_count;
}

static struct place *place_of(struct roster *r, int64_t room)
{
	struct place *place = roster_place(r, room);
	if (!place) {
		place = die_if_null(calloc(1, sizeof *place));
		place->id = room;
		map_put(&r->places, room, place);
	}
	return place;
}

void roster_join(struct roster *r, struct person *p, int64_t room)
{
	if (roster_is_in(p, room)) {
		return;
	}
	struct place *place = place_of(r, room);
	p->places = grown(p->places, p->place_count, &p->place_cap);
	p->places[p->place_count++] = place;
	place->people = grown(place->people, place->count, &place->cap);
	place->people[place->count++] = p;
}

static void take_out(struct roster *r, struct place *place, struct person *p)
{
	uint32_t i = 0;
	while (place->people[i] != p) {
		i++;
	}
	place->people[i] = place->people[--place->count];
	if (place->count == 0) {
		map_remove(&r->places, place->id);
		free(place->people);
		free(place);
	}
}

void roster_leave(struct roster *r, struct person *p, int64_t room)
{
	uint32_t i = place_index(p, room);
	if (i < p->place_count) {
		struct place *place = p->places[i];
		p->places[i] = p->places[--p->place_count];
		take_out(r, place, p);
	}
}

void roster_remove(struct roster *r, struct person *p)
{
	while (p->place_count) {
		take_out(r, p->places[--p->place_count], p);
	}
	map_remove(&r->people, p->id);
	free(p->places);
	free(p);
}
