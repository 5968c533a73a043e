/*
 * page_cache.h - the newest messages of a room as the reply that shows them, which is the
 * same for all members (text_cache.h). Asking whether it still is takes a query, so that
 * is done only where two who asked before got the same: a page that many ask for at once,
 * after a restart or a network that came back.
 */
#ifndef PALABRE_CHAT_PAGE_CACHE_H
#define PALABRE_CHAT_PAGE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "chat/text_cache.h"

struct page_cache;

/* Which page: the newest `limit` messages of a room; limit below 256. */
struct page_key {
	int64_t room;
	int64_t limit;
};

/* An empty one on mem. */
struct page_cache *page_cache_create(const void *mem);

/* Whether it is worth asking if the page is as before. */
bool page_cache_serves(const struct page_cache *cache, struct page_key key);

/* The page was read whole; this is its newest message. */
void page_cache_note(struct page_cache *cache, struct page_key key, int64_t newest);

/* The page in a state, in the database of epoch; STR_NONE where it is not known. Good
 * until the next call. */
struct str page_cache_get(struct page_cache *cache, struct str epoch, struct page_key key,
			  struct as_of as_of);

/* Keeps a copy of text as that of the page in the state that was asked for last. */
void page_cache_put(struct page_cache *cache, struct page_key key, struct as_of as_of,
		    struct str text);

#endif
