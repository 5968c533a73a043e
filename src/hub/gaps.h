/* gaps.h - ids that were drawn but not seen: they may be committed late. */
#ifndef PALABRE_HUB_GAPS_H
#define PALABRE_HUB_GAPS_H

#include <stddef.h>
#include <stdint.h>

struct gap {
	int64_t low, high;   /* ids, both included */
	int64_t empty_since; /* monotonic ms of the first look that found nothing; 0 =
				none */
};

/* In rising order. Zeroed is empty. */
struct gaps {
	struct gap *list;
	size_t count, cap;
};

void gaps_finish(struct gaps *g);

/* A new gap past all others. */
void gaps_add(struct gaps *g, int64_t low, int64_t high);

/* Is id in a gap? Takes it out; what is left of the gap stays. */
int gaps_take(struct gaps *g, int64_t id);

/* Forgets the i-th gap: it is void. */
void gaps_remove(struct gaps *g, size_t i);

#endif
