/* log_sight.c - who sees what of the log: a user's rooms, followed along it. */
#include <talloc.h>

#include "base/die.h"
#include "chat/event.h"
#include "chat/log.h"

/* Ids looked at in one go: bounds what a client long away costs a single query. */
#define WINDOW_IDS 8192

static size_t find(const struct log_sight *s, int64_t room)
{
	size_t i = 0;
	while (i < s->count && s->rooms[i] != room) {
		i++;
	}
	return i;
}

void log_sight_add(const void *mem, struct log_sight *s, int64_t room)
{
	if (find(s, room) < s->count) {
		return;
	}
	if (s->count == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		s->rooms = die_if_null(
			talloc_realloc_size(mem, s->rooms, s->cap * sizeof *s->rooms));
	}
	s->rooms[s->count++] = room;
}

void log_sight_drop(struct log_sight *s, int64_t room)
{
	size_t i = find(s, room);
	if (i < s->count) {
		s->rooms[i] = s->rooms[--s->count];
	}
}

enum result log_sight_at(struct db *db, const void *mem, int64_t user, int64_t position,
			 struct log_sight *sight)
{
	struct row_membership_at *rows;
	size_t n;
	enum result r = q_membership_at(db, mem, user, position, &rows, &n);

	*sight = (struct log_sight){ 0 };
	/* Rows with id 0 are today's memberships, the others joins and leaves by id. */
	for (size_t i = 0; r == OK && i < n && rows[i].id == 0; i++) {
		log_sight_add(mem, sight, rows[i].room);
	}
	/* Newest first, each undone: what is left is the state right after position. */
	for (size_t i = n; r == OK && i > 0 && rows[i - 1].id != 0; i--) {
		if (rows[i - 1].type == EVENT_JOIN) {
			log_sight_drop(sight, rows[i - 1].room);
		} else {
			log_sight_add(mem, sight, rows[i - 1].room);
		}
	}
	return r;
}

bool log_sight_sees(const void *mem, struct log_sight *sight, int64_t user, int64_t room,
		    int64_t type, int64_t subject)
{
	if (type == EVENT_JOIN && subject == user) {
		log_sight_add(mem, sight, room);
	}
	bool sees = find(sight, room) < sight->count;
	if (type == EVENT_LEAVE && subject == user) {
		log_sight_drop(sight, room);
	}
	return sees;
}

enum result log_page(struct db *db, const void *mem, int64_t user, int64_t upto,
		     size_t limit, int64_t *position, struct row_event **rows,
		     size_t *count)
{
	int64_t last = upto - *position > WINDOW_IDS ? *position + WINDOW_IDS : upto;
	struct log_sight sight;
	size_t n, seen = 0;
	enum result r = log_sight_at(db, mem, user, *position, &sight);

	if (r == OK) {
		r = q_event_for_user(db, mem, user, *position, last, (int64_t)limit, rows,
				     &n);
	}
	if (r != OK) {
		return r;
	}
	for (size_t i = 0; i < n; i++) {
		struct row_event *e = &(*rows)[i];
		bool sees =
			log_sight_sees(mem, &sight, user, e->room, e->type, e->subject);
		if (sees && e->seq != DB_NULL) {
			(*rows)[seen++] = *e;
		}
		if (i + 1 == n && n == limit) {
			last = e->id;
		}
	}
	*count = seen;
	*position = last > *position ? last : *position;
	return OK;
}
