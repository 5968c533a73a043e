/* clock.c - the two clocks: one that never steps, and one to show people. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_ms(clockid_t id)
{
	struct timespec ts;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_monotonic_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

static char *put_number(char *at, unsigned v, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		at[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return at + digits;
}

void clock_rfc3339(int64_t ms, char out[CLOCK_RFC3339_SIZE])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char *at = out;

	gmtime_r(&seconds, &tm);
	at = put_number(at, (unsigned)tm.tm_year + 1900, 4);
	*at++ = '-';
	at = put_number(at, (unsigned)tm.tm_mon + 1, 2);
	*at++ = '-';
	at = put_number(at, (unsigned)tm.tm_mday, 2);
	*at++ = 'T';
	at = put_number(at, (unsigned)tm.tm_hour, 2);
	*at++ = ':';
	at = put_number(at, (unsigned)tm.tm_min, 2);
	*at++ = ':';
	at = put_number(at, (unsigned)tm.tm_sec, 2);
	*at++ = '.';
	at = put_number(at, (unsigned)(ms % 1000), 3);
	*at++ = 'Z';
	*at = '\0';
}
