/* room_cache.c - what rooms show to all, and who has a list long enough to need it. */
#include "chat/room_cache.h"

#include <talloc.h>

#include "base/die.h"
#include "base/map.h"
#include "chat/room.h"
#include "chat/text_cache.h"

/* A worker keeps about so much: some thousands of rooms. */
#define KEPT_BYTES ((size_t)4 << 20)

/* From so many rooms on a list is long. */
#define LONG_LIST 50

/* Of so many users with long lists it is kept in mind. */
#define USERS 4096

struct room_cache {
	struct text_cache *texts; /* by room */
	struct map users;         /* who have long lists */
};

static int finish(struct room_cache *cache)
{
	map_finish(&cache->users);
	return 0;
}

struct room_cache *room_cache_create(const void *mem)
{
	struct room_cache *cache = die_if_null(talloc_zero(mem, struct room_cache));

	cache->texts = text_cache_create(cache, KEPT_BYTES);
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
	text_cache_enter(cache->texts, epoch);
}

static struct as_of state_of(const struct room *room)
{
	return (struct as_of){ .last_seq = room->last_seq, .edge = room->newest };
}

struct str room_cache_get(const struct room_cache *cache, const struct room *room)
{
	return text_cache_get(cache->texts, room->id, state_of(room));
}

void room_cache_put(struct room_cache *cache, const struct room *room, struct str text)
{
	text_cache_put(cache->texts, room->id, state_of(room), text);
}
