/* samples.h - how long things took: counted by the microsecond, so that percentiles are
 * exact. */
#ifndef PALABRE_BENCH_SAMPLES_H
#define PALABRE_BENCH_SAMPLES_H

#include <stdint.h>

struct samples {
	uint32_t *counts; /* by microseconds; what took longer is in the last */
	uint64_t count;
	uint64_t max_us;
};

void samples_init(struct samples *s);
void samples_finish(struct samples *s);
void samples_add(struct samples *s, uint64_t us);

/* The time within which so many of a thousand were done, in microseconds. */
uint64_t samples_per_mille(const struct samples *s, unsigned per_mille);

#endif
