/* map.h - a hash table from a number to a pointer. */
#ifndef PALABRE_BASE_MAP_H
#define PALABRE_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	int64_t key;
	void *value; /* NULL: the slot is free */
};

/* Zeroed is empty. Open addressing with linear probing; grows by doubling. */
struct map {
	struct map_slot *slots;
	size_t cap; /* a power of two, or 0 */
	size_t count;
};

void map_finish(struct map *m);

/* NULL where there is none. */
void *map_get(const struct map *m, int64_t key);

/* value must not be NULL; replaces what was there. */
void map_put(struct map *m, int64_t key, void *value);

void map_remove(struct map *m, int64_t key);

#endif
