/* test_conf.c - settings: their defaults, and that no typo becomes one. */
#include "check.h"

#include <stdlib.h>

#include "base/conf.h"

extern char **environ;

/* No PALABRE_* of whoever runs the test. */
static int clean(void **state)
{
	(void)state;
	for (char **e = environ; *e;) {
		if (strncmp(*e, "PALABRE_", 8) == 0) {
			char name[100];
			size_t len = str_index(str_from(*e), '=');
			assert_true(len < sizeof name);
			memcpy(name, *e, len);
			name[len] = '\0';
			unsetenv(name);
			e = environ;
		} else {
			e++;
		}
	}
	return 0;
}

static void an_empty_environment_gives_the_defaults(void **state)
{
	struct conf c;

	(void)state;
	assert_null(conf_load(&c));
	assert_int_equal(c.workers, 8);
	assert_int_equal(c.heartbeat, 15);
	assert_int_equal(c.poll_ms, 100);
	assert_int_equal(c.scrypt_log_n, 17);
	assert_int_equal(c.scrypt_r, 8);
	assert_int_equal(c.scrypt_p, 1);
	assert_true(c.limits);
	assert_true(c.wakes);
	assert_false(c.die_with_parent);
	assert_int_equal(c.registration, REGISTRATION_OPEN);
	assert_null(c.db_cnf);
	assert_non_null(c.run_dir);
	assert_null(c.invite_code);
}

static void settings_are_read(void **state)
{
	struct conf c;

	(void)state;
	setenv("PALABRE_WORKERS", "3", 1);
	setenv("PALABRE_LIMITS", "off", 1);
	setenv("PALABRE_WAKES", "0", 1);
	setenv("PALABRE_DIE_WITH_PARENT", "1", 1);
	setenv("PALABRE_SCRYPT", "12,8,2", 1);
	setenv("PALABRE_REGISTRATION", "invite", 1);
	setenv("PALABRE_INVITE_CODE", "sesame", 1);
	setenv("PALABRE_DB_CNF", "db.cnf", 1);
	setenv("PALABRE_RUN", "run", 1);
	setenv("PALABRE_LOG_LEVEL", "debug", 1);
	assert_null(conf_load(&c));
	assert_int_equal(c.workers, 3);
	assert_false(c.limits);
	assert_false(c.wakes);
	assert_true(c.die_with_parent);
	assert_int_equal(c.scrypt_log_n, 12);
	assert_int_equal(c.scrypt_r, 8);
	assert_int_equal(c.scrypt_p, 2);
	assert_int_equal(c.registration, REGISTRATION_INVITE);
	assert_string_equal(c.invite_code, "sesame");
	assert_string_equal(c.db_cnf, "db.cnf");
	assert_string_equal(c.run_dir, "run");
	assert_string_equal(c.log_level, "debug");
}

static void an_empty_value_counts_as_unset(void **state)
{
	struct conf c;

	(void)state;
	setenv("PALABRE_WORKERS", "", 1);
	setenv("PALABRE_LIMITS", "", 1);
	setenv("PALABRE_DB_CNF", "", 1);
	setenv("PALABRE_SCRYPT", "", 1);
	setenv("PALABRE_REGISTRATION", "", 1);
	setenv("PALABRE_LOG_LEVEL", "", 1);
	assert_null(conf_load(&c));
	assert_int_equal(c.workers, 8);
	assert_true(c.limits);
	assert_null(c.db_cnf);
}

static void a_value_that_cannot_be_used_is_named(void **state)
{
	static const char *const wrong[][2] = {
		{ "PALABRE_WORKERS", "many" },
		{ "PALABRE_WORKERS", "0" },
		{ "PALABRE_WORKERS", "257" },
		{ "PALABRE_WORKERS", "8 " },
		{ "PALABRE_WORKERS", "-1" },
		{ "PALABRE_POLL_MS", "9" },
		{ "PALABRE_HEARTBEAT", "61" },
		{ "PALABRE_HEARTBEAT", "1" },
		{ "PALABRE_RING_EVENTS", "99999999999999999999" },
		{ "PALABRE_STREAMS_PER_USER", "0" },
		{ "PALABRE_STREAMS_PER_ADDRESS", "x" },
		{ "PALABRE_SESSION_DAYS", "1.5" },
		{ "PALABRE_MAX_JSON", "100" },
		{ "PALABRE_LIMITS", "yes" },
		{ "PALABRE_LIMITS", "OFF" },
		{ "PALABRE_WAKES", "2" },
		{ "PALABRE_DIE_WITH_PARENT", "true" },
		{ "PALABRE_SCRYPT", "17,8" },
		{ "PALABRE_SCRYPT", "17,8,1," },
		{ "PALABRE_SCRYPT", "17,8,1,1" },
		{ "PALABRE_SCRYPT", "9,8,1" },
		{ "PALABRE_SCRYPT", "17;8;1" },
		{ "PALABRE_SCRYPT", ",," },
		{ "PALABRE_REGISTRATION", "opne" },
		{ "PALABRE_LOG_LEVEL", "inof" },
	};
	struct conf c;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		setenv(wrong[i][0], wrong[i][1], 1);
		const char *named = conf_load(&c);
		if (!named) {
			fail_msg("%s=%s was taken", wrong[i][0], wrong[i][1]);
		}
		assert_string_equal(named, wrong[i][0]);
		unsetenv(wrong[i][0]);
	}
}

#define CLEAN(f) cmocka_unit_test_setup_teardown(f, clean, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLEAN(an_empty_environment_gives_the_defaults),
		CLEAN(settings_are_read),
		CLEAN(an_empty_value_counts_as_unset),
		CLEAN(a_value_that_cannot_be_used_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
