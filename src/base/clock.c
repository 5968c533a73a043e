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

/* The date of a day since 1970-01-01 in the Gregorian calendar, by eras of 400 years that
 * begin on the first of March. gmtime() asks for locks and time zones each time. */
static void civil(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
	uint64_t d = (uint64_t)days + 719468;
	unsigned of_era = (unsigned)(d % 146097);
	unsigned y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * y + y / 4 - y / 100);
	unsigned m = (5 * of_year + 2) / 153;

	*day = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = (unsigned)(d / 146097) * 400 + y + (*month <= 2);
}

void clock_rfc3339(int64_t ms, char out[CLOCK_RFC3339_SIZE])
{
	unsigned second = (unsigned)(ms / 1000 % 86400);
	unsigned year, month, day;
	char *at = out;

	civil(ms / 86400000, &year, &month, &day);
	at = put_number(at, year, 4);
	*at++ = '-';
	at = put_number(at, month, 2);
	*at++ = '-';
	at = put_number(at, day, 2);
	*at++ = 'T';
	at = put_number(at, second / 3600, 2);
	*at++ = ':';
	at = put_number(at, second / 60 % 60, 2);
	*at++ = ':';
	at = put_number(at, second % 60, 2);
	*at++ = '.';
	at = put_number(at, (unsigned)(ms % 1000), 3);
	*at++ = 'Z';
	*at = '\0';
}
