/* map.c - a hash table from a number to a pointer. */
#include "base/map.h"

#include <stdlib.h>

#include "base/die.h"

/* Ids are dense: spread them by the golden ratio (Knuth, TAOCP 3, §6.4). */
static size_t home(const struct map *m, int64_t key)
{
	uint64_t h = (uint64_t)key * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(h >> 32) & (m->cap - 1);
}

static struct map_slot *find(const struct map *m, int64_t key)
{
	size_t i = home(m, key);
	while (m->slots[i].value && m->slots[i].key != key) {
		i = (i + 1) & (m->cap - 1);
	}
	return &m->slots[i];
}

static void grow(struct map *m)
{
	struct map old = *m;

	m->cap = old.cap ? old.cap * 2 : 16;
	m->slots = die_if_null(calloc(m->cap, sizeof *m->slots));
	for (size_t i = 0; i < old.cap; i++) {
		if (old.slots[i].value) {
			*find(m, old.slots[i].key) = old.slots[i];
		}
	}
	free(old.slots);
}

void map_finish(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}

void *map_get(const struct map *m, int64_t key)
{
	return m->cap ? find(m, key)->value : NULL;
}

void map_put(struct map *m, int64_t key, void *value)
{
	if (m->count * 4 >= m->cap * 3) {
		grow(m);
	}
	struct map_slot *s = find(m, key);
	m->count += !s->value;
	*s = (struct map_slot){ key, value };
}

void map_remove(struct map *m, int64_t key)
{
	if (!m->cap || !find(m, key)->value) {
		return;
	}
	size_t hole = (size_t)(find(m, key) - m->slots);
	size_t i = hole;
	m->count--;
	/* Close the hole: move back whoever could no longer be reached across it. */
	for (;;) {
		m->slots[hole].value = NULL;
		do {
			i = (i + 1) & (m->cap - 1);
			if (!m->slots[i].value) {
				return;
			}
		} while (((i - home(m, m->slots[i].key)) & (m->cap - 1)) <
			 ((i - hole) & (m->cap - 1)));
		m->slots[hole] = m->slots[i];
		hole = i;
	}
}
