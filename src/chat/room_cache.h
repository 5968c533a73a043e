/*
 * room_cache.h - what a room shows to all its members alike, as JSON, kept by a worker
 * from one request to the next.
 *
 * Whatever changes that part is an event of the room's log, or takes its newest message
 * away. So where a room's last_seq and newest message are those of before, in a database
 * of the same epoch, the rest need not be read again: two fifths of the work of a long
 * list. A short one is not worth a second query for what is not known.
 */
#ifndef PALABRE_CHAT_ROOM_CACHE_H
#define PALABRE_CHAT_ROOM_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct room;
struct room_cache;

/* An empty one on mem. */
struct room_cache *room_cache_create(const void *mem);

/* Whether the user's list was long when it was noted last. */
bool room_cache_serves(const struct room_cache *cache, int64_t user);

/* The user is in so many rooms. */
void room_cache_note(struct room_cache *cache, int64_t user, size_t count);

/* Before any get of a request: forgets all that is of another epoch, or too much. */
void room_cache_enter(struct room_cache *cache, struct str epoch);

/* By id, last_seq and newest; STR_NONE where it is not known. Good until the next enter.
 */
struct str room_cache_get(const struct room_cache *cache, const struct room *room);

/* Keeps a copy of text as that of the room with its last_seq and newest; or not, where
 * there is too much already. */
void room_cache_put(struct room_cache *cache, const struct room *room, struct str text);

#endif
