/* test_cache.c - the directory of served files: whole files only, and a bound. */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/cache.h"

static struct cache make(void *mem, int64_t bytes)
{
	char *dir = talloc_strdup(mem, "/tmp/palabre-cache-XXXXXX");

	assert_non_null(mkdtemp(dir));
	return (struct cache){ .dir = talloc_asprintf(mem, "%s/in", dir),
			       .bytes = bytes };
}

#define A "a234567890123456789-_A"
#define B "b234567890123456789-_A" CACHE_SMALL
#define C "c234567890123456789-_A"
#define D "d234567890123456789-_A"

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

	assert_int_equal(cache_open(&c, A), -1);
	assert_int_equal(cache_begin(&c, &f), OK);
	assert_int_equal(cache_open(&c, A), -1);
	cache_end(&f);
	assert_int_equal(cache_trim(&c, NULL, NULL, &use), OK);
	assert_int_equal(use.files, 0);
	add(&c, A, 5, 1);
	int fd = cache_open(&c, A);
	assert_true(fd >= 0);
	close(fd);
	drop(&c);
}

static void test_what_was_used_longest_ago_goes_first(void **state)
{
	struct cache c = make(*state, 1000);
	struct cache_use use;

	add(&c, A, 300, 100);
	add(&c, B, 300, 50);
	add(&c, C, 300, 200);
	assert_int_equal(cache_trim(&c, NULL, NULL, &use), OK);
	assert_int_equal(use.files, 3);
	close(cache_open(&c, B)); /* used now */
	add(&c, D, 300, 300);
	assert_int_equal(cache_trim(&c, NULL, NULL, &use), OK);
	assert_false(there(&c, A));
	assert_false(there(&c, C));
	assert_true(there(&c, B));
	assert_true(there(&c, D));
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

	add(&c, A, 10, 1);
	add(&c, B, 10, 1);
	assert_int_equal(cache_trim(&c, is_a, NULL, &use), OK);
	assert_int_equal(use.removed, 1);
	assert_false(there(&c, A));
	assert_true(there(&c, B));
	drop(&c);
}

static void test_what_is_not_ours_stays(void **state)
{
	static const char *const others[] = {
		"a",
		".hidden",
		"index.html",
		".new-x",
		".new-notebook",
		"a234567890123456789-_",
		"a234567890123456789-_A.u",
		"a234567890123456789-_A.tt",
		"a234567890123456789-_Ab",
		"a234567890123456789- A",
	};
	struct cache c = make(*state, 1000);
	struct cache_use use;
	char path[PATH_MAX];

	add(&c, A, 10, 1);
	add(&c, B, 10, 1);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		add(&c, others[i], 10, 1);
	}
	c.bytes = 0; /* from now on, so that no adding makes room at times */
	assert_int_equal(cache_trim(&c, is_a, NULL, &use), OK);
	assert_int_equal(use.removed, 2);
	assert_int_equal(use.files, 0);
	assert_false(there(&c, A));
	assert_false(there(&c, B));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		assert_true(there(&c, others[i]));
		assert_true(cache_path(&c, others[i], path));
		assert_int_equal(unlink(path), 0);
	}
	drop(&c);
}

static void assert_refused(const struct cache *c)
{
	struct cache_file f;

	assert_int_equal(cache_begin(c, &f), E_UNAVAILABLE);
	cache_end(&f);
	assert_int_equal(cache_open(c, A), -1);
	assert_int_equal(cache_trim(c, is_a, NULL, NULL), E_UNAVAILABLE);
	assert_true(there(c, A));
}

static void test_a_directory_open_to_all_is_not_used(void **state)
{
	struct cache c = make(*state, 1000);

	add(&c, A, 10, 1);
	assert_int_equal(chmod(c.dir, 01777), 0);
	assert_refused(&c);
	assert_int_equal(chmod(c.dir, 0770), 0);
	assert_int_equal(close(cache_open(&c, A)), 0);
	drop(&c);
}

/* What a neighbour could have put in the cache's place; all of it as somebody who is not
 * root, in a process of its own. */
static void test_what_is_another_accounts_is_not_used(void **state)
{
	char path[PATH_MAX];
	int status;

	if (geteuid() != 0) {
		skip();
	}
	struct cache c = make(*state, 1000);
	char *above = talloc_strndup(*state, c.dir, strlen(c.dir) - strlen("/in"));
	struct cache link = { .dir = talloc_asprintf(*state, "%s/link", above),
			      .bytes = 1000 };
	add(&c, A, 10, 1);
	assert_true(cache_path(&c, A, path));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(above, 0755), 0);
	assert_int_equal(chmod(c.dir, 0755), 0);
	assert_int_equal(symlink(c.dir, link.dir), 0);
	assert_int_equal(lchown(link.dir, 23456, 23456), 0);
	assert_refused(&link);
	pid_t child = fork();
	if (child == 0) {
		if (setgid(12345) || setuid(12345)) {
			_exit(1);
		}
		assert_refused(&c);
		_exit(0);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);

	assert_int_equal(close(cache_open(&c, A)), 0);
	assert_int_equal(chown(path, 23456, 23456), 0);
	assert_int_equal(cache_open(&c, A), -1);
	assert_int_equal(unlink(link.dir), 0);
	drop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(test_nothing_is_seen_before_it_is_whole),
		WITH_MEM(test_what_was_used_longest_ago_goes_first),
		WITH_MEM(test_what_is_gone_goes),
		WITH_MEM(test_what_is_not_ours_stays),
		WITH_MEM(test_a_directory_open_to_all_is_not_used),
		WITH_MEM(test_what_is_another_accounts_is_not_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
