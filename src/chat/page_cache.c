/* page_cache.c - pages of newest messages, and which of them stay as they are. */
#include "chat/page_cache.h"

#include <talloc.h>

#include "base/die.h"
#include "base/map.h"

/* A worker keeps about so much: some hundreds of pages. */
#define KEPT_BYTES ((size_t)4 << 20)

/* Of so many pages it is kept in mind whether they change. */
#define PAGES 4096

/* The page as it was read last. */
struct seen {
	int64_t newest;
	bool twice; /* it was the same the time before */
};

struct page_cache {
	struct text_cache *texts;
	struct map seen;
	void *mem; /* what seen points to is on it */
};

static void forget_seen(struct page_cache *cache)
{
	map_finish(&cache->seen);
	talloc_free(cache->mem);
	cache->mem = die_if_null(talloc_new(cache));
}

static int finish(struct page_cache *cache)
{
	map_finish(&cache->seen);
	return 0;
}

struct page_cache *page_cache_create(const void *mem)
{
	struct page_cache *cache = die_if_null(talloc_zero(mem, struct page_cache));

	cache->texts = text_cache_create(cache, KEPT_BYTES);
	forget_seen(cache);
	talloc_set_destructor(cache, finish);
	return cache;
}

/* No two pages are of one id: a room is below 2^53 (http/router.h). */
static int64_t id_of(struct page_key key)
{
	return key.room * 256 + key.limit;
}

bool page_cache_serves(const struct page_cache *cache, struct page_key key)
{
	const struct seen *seen = map_get(&cache->seen, id_of(key));

	return seen && seen->twice;
}

void page_cache_note(struct page_cache *cache, struct page_key key, int64_t newest)
{
	struct seen *seen = map_get(&cache->seen, id_of(key));

	if (!seen) {
		if (cache->seen.count >= PAGES) {
			forget_seen(cache);
		}
		seen = die_if_null(talloc_zero(cache->mem, struct seen));
		map_put(&cache->seen, id_of(key), seen);
	}
	seen->twice = seen->newest == newest;
	seen->newest = newest;
}

struct str page_cache_get(struct page_cache *cache, struct str epoch, struct page_key key,
			  struct as_of as_of)
{
	struct seen *seen = map_get(&cache->seen, id_of(key));

	text_cache_enter(cache->texts, epoch);
	struct str text = text_cache_get(cache->texts, id_of(key), as_of);
	if (!text.ptr && seen) {
		/* Asked in vain: two more have to get the same. */
		*seen = (struct seen){ 0 };
	}
	return text;
}

void page_cache_put(struct page_cache *cache, struct page_key key, struct as_of as_of,
		    struct str text)
{
	text_cache_put(cache->texts, id_of(key), as_of, text);
}
