/* room_cache.c - what rooms show to all, kept by a worker: one text a room. */
#include "chat/room_cache.h"

#include <string.h>
#include <talloc.h>

#include "base/die.h"
#include "base/map.h"
#include "chat/room.h"

/* A worker keeps about so much: some thousands of rooms. */
#define KEPT_BYTES ((size_t)4 << 20)

/* From so many rooms on a list is long. */
#define LONG_LIST 50

/* Of so many users with long lists it is kept in mind. */
#define USERS 4096

struct kept {
	int64_t last_seq, newest;
	size_t len;
	char text[];
};

struct room_cache {
	struct map users; /* who have long lists */
	struct map rooms; /* struct kept by room id */
	void *texts;      /* the talloc context they and the epoch are on */
	size_t bytes;     /* of all texts */
	struct str epoch;
};

static int finish(struct room_cache *cache)
{
	map_finish(&cache->users);
	map_finish(&cache->rooms);
	return 0;
}

struct room_cache *room_cache_create(const void *mem)
{
	struct room_cache *cache = die_if_null(talloc_zero(mem, struct room_cache));

	talloc_set_destructor(cache, finish);
	return cache;
}

bool room_cache_serves(const struct room_cache *cache, int64_t user)
{
	return map_get(&cache->users, user) != NULL;
}

void room_cache_note(struct room_cache *cache, int64_t user, size_t count)
{
	if (count < LONG_LIST) {
		map_remove(&cache->users, user);
		return;
	}
	if (cache->users.count >= USERS) {
		map_finish(&cache->users);
	}
	map_put(&cache->users, user, cache);
}

void room_cache_enter(struct room_cache *cache, struct str epoch)
{
	if (str_eq(cache->epoch, epoch) && cache->bytes < KEPT_BYTES) {
		return;
	}
	map_finish(&cache->rooms);
	talloc_free(cache->texts);
	cache->texts = die_if_null(talloc_new(cache));
	cache->bytes = 0;
	cache->epoch = str_dup(cache->texts, epoch);
}

static bool is_of(const struct kept *k, const struct room *room)
{
	return k && k->last_seq == room->last_seq && k->newest == room->newest;
}

struct str room_cache_get(const struct room_cache *cache, const struct room *room)
{
	const struct kept *k = map_get(&cache->rooms, room->id);

	return is_of(k, room) ? (struct str){ k->text, k->len } : STR_NONE;
}

void room_cache_put(struct room_cache *cache, const struct room *room, struct str text)
{
	struct kept *old = map_get(&cache->rooms, room->id);

	/* Short lists, which are read whole, bring what is known already. */
	if (!cache->texts || cache->bytes >= KEPT_BYTES || is_of(old, room)) {
		return;
	}
	struct kept *k = die_if_null(talloc_size(cache->texts, sizeof *k + text.len));

	*k = (struct kept){ .last_seq = room->last_seq,
			    .newest = room->newest,
			    .len = text.len };
	memcpy(k->text, text.ptr, text.len);
	map_put(&cache->rooms, room->id, k);
	cache->bytes += text.len;
	if (old) {
		cache->bytes -= old->len;
		talloc_free(old);
	}
}
