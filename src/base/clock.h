/* clock.h - the two clocks: one that never steps, and one to show people. */
#ifndef PALABRE_BASE_CLOCK_H
#define PALABRE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds on CLOCK_MONOTONIC: for timers and ceilings. */
int64_t clock_monotonic_ms(void);

/* Milliseconds since 1970 UTC on this host. What expires goes by the database's clock. */
int64_t clock_wall_ms(void);

#define CLOCK_RFC3339_SIZE 25

/* RFC 3339 UTC with milliseconds, NUL-terminated: 2026-11-22T09:00:00.123Z */
void clock_rfc3339(int64_t ms, char out[CLOCK_RFC3339_SIZE]);

#endif
