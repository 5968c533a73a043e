/* check.h - what the tests in C share: cmocka with what it needs, and memory for a test.
 */
#ifndef PALABRE_TESTS_CHECK_H
#define PALABRE_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <talloc.h>

#include "base/str.h"

/* *state is a talloc context, freed after the test. */
static inline int mem_setup(void **state)
{
	*state = talloc_new(NULL);
	return 0;
}

static inline int mem_teardown(void **state)
{
	talloc_free(*state);
	return 0;
}

#define WITH_MEM(f) cmocka_unit_test_setup_teardown(f, mem_setup, mem_teardown)

/* got is a struct str, want a string. */
#define assert_str(got, want)                                                  \
	do {                                                                   \
		struct str got_ = (got);                                       \
		struct str want_ = str_from(want);                             \
		if (!got_.ptr || !str_eq(got_, want_)) {                       \
			fail_msg("\"" STR_FMT "\" instead of \"" STR_FMT "\"", \
				 STR_ARG(got_), STR_ARG(want_));               \
		}                                                              \
	} while (0)

/* Numbers that look random and are the same in every run (xorshift64, Marsaglia). */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif
