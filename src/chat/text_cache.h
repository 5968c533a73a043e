/*
 * text_cache.h - what a worker wrote of rooms, kept from one request to the next.
 *
 * Whatever changes a room for all its members is an event of its log, or is retention,
 * which takes the oldest messages away. So a text is true as long as the room's last_seq
 * and one message at the edge of what it shows are those of before, in a database of the
 * same epoch.
 */
#ifndef PALABRE_CHAT_TEXT_CACHE_H
#define PALABRE_CHAT_TEXT_CACHE_H

#include <stdint.h>

#include "base/str.h"

/* Of which state of a room something is told. */
struct as_of {
	int64_t last_seq;
	int64_t edge; /* seq of the message that tells whether retention was there */
};

struct text_cache;

/* An empty one on mem, of texts of so many bytes at most. */
struct text_cache *text_cache_create(const void *mem, size_t bytes);

/* Before any get of a request: forgets all where it is of another epoch, or full. */
void text_cache_enter(struct text_cache *cache, struct str epoch);

/* STR_NONE where nothing is known of id in that state. Good until the next enter. */
struct str text_cache_get(const struct text_cache *cache, int64_t id, struct as_of as_of);

/* Keeps a copy of text instead of what it has of id; or not, where it does not fit any
 * more, or is a large part of all that may be kept. */
void text_cache_put(struct text_cache *cache, int64_t id, struct as_of as_of,
		    struct str text);

#endif
