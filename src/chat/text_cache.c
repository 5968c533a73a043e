/* text_cache.c - texts about rooms, one an id, all on one talloc context. */
#include "chat/text_cache.h"

#include <stdbool.h>
#include <string.h>
#include <talloc.h>

#include "base/die.h"
#include "base/map.h"

struct kept {
	struct as_of as_of;
	size_t len;
	char text[];
};

/* A text may take up so much of it: one long page is not worth all others. */
#define LARGEST_PART 4

struct text_cache {
	struct map by_id; /* struct kept */
	void *texts;      /* the talloc context they and the epoch are on */
	size_t bytes;     /* of all texts */
	size_t most;
	bool full; /* there was one that did not fit any more */
	struct str epoch;
};

static int finish(struct text_cache *cache)
{
	map_finish(&cache->by_id);
	return 0;
}

struct text_cache *text_cache_create(const void *mem, size_t bytes)
{
	struct text_cache *cache = die_if_null(talloc_zero(mem, struct text_cache));

	cache->most = bytes;
	talloc_set_destructor(cache, finish);
	return cache;
}

void text_cache_enter(struct text_cache *cache, struct str epoch)
{
	if (str_eq(cache->epoch, epoch) && !cache->full) {
		return;
	}
	map_finish(&cache->by_id);
	talloc_free(cache->texts);
	cache->texts = die_if_null(talloc_new(cache));
	cache->bytes = 0;
	cache->full = false;
	cache->epoch = str_dup(cache->texts, epoch);
}

static bool is_of(const struct kept *k, struct as_of as_of)
{
	return k && k->as_of.last_seq == as_of.last_seq && k->as_of.edge == as_of.edge;
}

struct str text_cache_get(const struct text_cache *cache, int64_t id, struct as_of as_of)
{
	const struct kept *k = map_get(&cache->by_id, id);

	return is_of(k, as_of) ? (struct str){ k->text, k->len } : STR_NONE;
}

void text_cache_put(struct text_cache *cache, int64_t id, struct as_of as_of,
		    struct str text)
{
	struct kept *old = map_get(&cache->by_id, id);

	/* Who reads without asking brings what is known already. */
	if (!cache->texts || text.len > cache->most / LARGEST_PART || is_of(old, as_of)) {
		return;
	}
	cache->full = cache->full || cache->bytes + text.len > cache->most;
	if (cache->full) {
		return;
	}
	struct kept *k = die_if_null(talloc_size(cache->texts, sizeof *k + text.len));

	*k = (struct kept){ .as_of = as_of, .len = text.len };
	memcpy(k->text, text.ptr, text.len);
	map_put(&cache->by_id, id, k);
	cache->bytes += text.len;
	if (old) {
		cache->bytes -= old->len;
		talloc_free(old);
	}
}
