/* samples.c - counts by the microsecond, up to four seconds. */
#include "samples.h"

#include <stdlib.h>

#define LONGEST_US (1u << 22)

void samples_init(struct samples *s)
{
	*s = (struct samples){ .counts = calloc(LONGEST_US + 1, sizeof *s->counts) };
	if (!s->counts) {
		abort();
	}
}

void samples_finish(struct samples *s)
{
	free(s->counts);
	*s = (struct samples){ 0 };
}

void samples_add(struct samples *s, uint64_t us)
{
	s->counts[us < LONGEST_US ? us : LONGEST_US]++;
	s->count++;
	if (us > s->max_us) {
		s->max_us = us;
	}
}

uint64_t samples_per_mille(const struct samples *s, unsigned per_mille)
{
	uint64_t wanted = (s->count * per_mille + 999) / 1000;
	uint64_t seen = 0;

	for (uint64_t us = 0; us <= LONGEST_US; us++) {
		seen += s->counts[us];
		if (seen >= wanted) {
			return us;
		}
	}
	return LONGEST_US;
}
