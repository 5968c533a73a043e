/* test_cache.c - the directory of served files: whole files only, and a bound. */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/cache.h"

static struct cache make(void *mem, int64_t bytes)
{
	char *dir = talloc_strdup(mem, "/tmp/palabre-cache-XXXXXX");

	assert_non_null(mkdtemp(dir));
	return (struct cache){ .dir = talloc_asprintf(mem, "%s/in", dir),
			       .bytes = bytes };
}

static void add(const struct cache *c, const char *name, size_t len, int64_t used)
{
	struct cache_file f;
	char path[PATH_MAX];
	const struct timespec times[2] = { { .tv_sec = used }, { .tv_sec = used } };

	assert_int_equal(cache_begin(c, &f), OK);
	assert_int_equal(ftruncate(f.fd, (off_t)len), 0);
	assert_true(cache_keep(c, &f, name));
	cache_end(&f);
	assert_true(cache_path(c, name, path));
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool there(const struct cache *c, const char *name)
{
	char path[PATH_MAX];

	return cache_path(c, name, path) && access(path, R_OK) == 0;
}

/* Removes all of it, and the directory made around it. */
static void drop(const struct cache *c)
{
	const struct cache none = { .dir = c->dir, .bytes = -1 };
	char *above = talloc_strdup(NULL, c->dir);

	assert_int_equal(cache_trim(&none, NULL, NULL, NULL), OK);
	assert_int_equal(rmdir(c->dir), 0);
	*strrchr(above, '/') = '\0';
	assert_int_equal(rmdir(above), 0);
	talloc_free(above);
}

static void test_nothing_is_seen_before_it_is_whole(void **state)
{
	struct cache c = make(*state, 1000);
	struct cache_file f;
	struct cache_use use;

	assert_int_equal(cache_open(&c, "a"), -1);
	assert_int_equal(cache_begin(&c, &f), OK);
	assert_int_equal(cache_open(&c, "a"), -1);
	cache_end(&f);
	assert_int_equal(cache_trim(&c, NULL, NULL, &use), OK);
	assert_int_equal(use.files, 0);
	add(&c, "a", 5, 1);
	int fd = cache_open(&c, "a");
	assert_true(fd >= 0);
	close(fd);
	drop(&c);
}

static void test_what_was_used_longest_ago_goes_first(void **state)
{
	struct cache c = make(*state, 1000);
	struct cache_use use;

	add(&c, "old", 300, 100);
	add(&c, "older", 300, 50);
	add(&c, "new", 300, 200);
	assert_int_equal(cache_trim(&c, NULL, NULL, &use), OK);
	assert_int_equal(use.files, 3);
	close(cache_open(&c, "older")); /* used now */
	add(&c, "newest", 300, 300);
	assert_int_equal(cache_trim(&c, NULL, NULL, &use), OK);
	assert_false(there(&c, "old"));
	assert_false(there(&c, "new"));
	assert_true(there(&c, "older"));
	assert_true(there(&c, "newest"));
	assert_true(use.bytes <= 1000);
	drop(&c);
}

static bool is_a(void *arg, const char *name)
{
	(void)arg;
	return name[0] == 'a';
}

static void test_what_is_gone_goes(void **state)
{
	struct cache c = make(*state, 1000);
	struct cache_use use;

	add(&c, "a", 10, 1);
	add(&c, "b", 10, 1);
	assert_int_equal(cache_trim(&c, is_a, NULL, &use), OK);
	assert_int_equal(use.removed, 1);
	assert_false(there(&c, "a"));
	assert_true(there(&c, "b"));
	drop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(test_nothing_is_seen_before_it_is_whole),
		WITH_MEM(test_what_was_used_longest_ago_goes_first),
		WITH_MEM(test_what_is_gone_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
