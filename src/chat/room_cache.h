/*
 * room_cache.h - what a room shows to all its members alike, as JSON (text_cache.h); two
 * fifths of the work of a long list. A short one is not worth a second query for what is
 * not known.
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

/* As text_cache_enter(). */
void room_cache_enter(struct room_cache *cache, struct str epoch);

/* By id, last_seq and newest; STR_NONE where it is not known. Good until the next enter.
 */
struct str room_cache_get(const struct room_cache *cache, const struct room *room);

/* Keeps a copy of text as that of the room with its last_seq and newest. */
void room_cache_put(struct room_cache *cache, const struct room *room, struct str text);

#endif
