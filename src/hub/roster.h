/* roster.h - who sees what: the rooms of every user with an open stream. */
#ifndef PALABRE_HUB_ROSTER_H
#define PALABRE_HUB_ROSTER_H

#include <stdbool.h>

#include "base/map.h"

struct stream;

struct person {
	int64_t id;
	struct place **places; /* the rooms */
	uint32_t place_count, place_cap;
	uint32_t stream_count;
	uint64_t told;          /* the last fleeting item that came by: once is enough */
	struct stream *streams; /* oldest last; linked by stream->next_of_person */
};

struct place {
	int64_t id;
	struct person **people;
	uint32_t count, cap;
};

struct roster {
	struct map people;
	struct map places;
};

/* NULL where the user has no stream. */
struct person *roster_person(const struct roster *r, int64_t user);
struct place *roster_place(const struct roster *r, int64_t room);

/* Adds the user, in no room yet. */
struct person *roster_add(struct roster *r, int64_t user);

/* Forgets the user, who has no stream any more. */
void roster_remove(struct roster *r, struct person *p);

/* Both may be called where it is so already. */
void roster_join(struct roster *r, struct person *p, int64_t room);
void roster_leave(struct roster *r, struct person *p, int64_t room);

bool roster_is_in(const struct person *p, int64_t room);

#endif
