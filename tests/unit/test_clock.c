/* test_clock.c - times as text, and clocks that run forward. */
#include "check.h"

#include "base/clock.h"

static void a_time_is_written_as_rfc3339(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} samples[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ 1, "1970-01-01T00:00:00.001Z" },
		{ INT64_C(951782399999), "2000-02-28T23:59:59.999Z" },
		{ INT64_C(951782400000), "2000-02-29T00:00:00.000Z" }, /* by 400 */
		{ INT64_C(951868800000), "2000-03-01T00:00:00.000Z" },
		{ INT64_C(1709164800000), "2024-02-29T00:00:00.000Z" }, /* by 4 */
		{ INT64_C(1740787200000), "2025-03-01T00:00:00.000Z" }, /* none */
		{ INT64_C(1735689599999), "2024-12-31T23:59:59.999Z" },
		{ INT64_C(1735689600000), "2025-01-01T00:00:00.000Z" },
		{ INT64_C(1795338000123), "2026-11-22T09:00:00.123Z" },
		{ INT64_C(2147483648000), "2038-01-19T03:14:08.000Z" },
		{ INT64_C(4107542399000), "2100-02-28T23:59:59.000Z" },
		{ INT64_C(4107542400000), "2100-03-01T00:00:00.000Z" }, /* none by 100 */
		{ INT64_C(253402300799999), "9999-12-31T23:59:59.999Z" },
	};
	char out[CLOCK_RFC3339_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		clock_rfc3339(samples[i].ms, out);
		assert_string_equal(out, samples[i].text);
	}
}

static void the_monotonic_clock_never_goes_back(void **state)
{
	int64_t last = clock_monotonic_ms();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		int64_t now = clock_monotonic_ms();
		assert_true(now >= last);
		last = now;
	}
}

static void the_wall_clock_is_in_milliseconds(void **state)
{
	(void)state;
	/* Between 2020 and 2200. */
	assert_in_range(clock_wall_ms(), UINT64_C(1577836800000),
			UINT64_C(7258118400000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_written_as_rfc3339),
		cmocka_unit_test(the_monotonic_clock_never_goes_back),
		cmocka_unit_test(the_wall_clock_is_in_milliseconds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
