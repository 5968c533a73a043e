/* gaps.c - ids that were drawn but not seen: they may be committed late. */
#include "hub/gaps.h"

#include <stdlib.h>
#include <string.h>

#include "base/die.h"

void gaps_finish(struct gaps *g)
{
	free(g->list);
	*g = (struct gaps){ 0 };
}

static void insert(struct gaps *g, size_t i, struct gap gap)
{
	if (g->count == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 16;
		g->list = die_if_null(realloc(g->list, g->cap * sizeof *g->list));
	}
	memmove(g->list + i + 1, g->list + i, (g->count - i) * sizeof *g->list);
	g->list[i] = gap;
	g->count++;
}

void gaps_add(struct gaps *g, int64_t low, int64_t high)
{
	insert(g, g->count, (struct gap){ low, high, 0 });
}

void gaps_remove(struct gaps *g, size_t i)
{
	g->count--;
	memmove(g->list + i, g->list + i + 1, (g->count - i) * sizeof *g->list);
}

int gaps_take(struct gaps *g, int64_t id)
{
	size_t i = 0;

	while (i < g->count && g->list[i].high < id) {
		i++;
	}
	if (i == g->count || g->list[i].low > id) {
		return 0;
	}
	struct gap old = g->list[i];
	gaps_remove(g, i);
	if (id < old.high) {
		insert(g, i, (struct gap){ id + 1, old.high, old.empty_since });
	}
	if (old.low < id) {
		insert(g, i, (struct gap){ old.low, id - 1, old.empty_since });
	}
	return 1;
}
