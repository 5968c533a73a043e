/* test_password.c - hashing, the cost a stored hash may name, slots, common passwords. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>

#include "auth/common.h"
#include "auth/password.h"
#include "auth/slot.h"
#include "base/clock.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN
#endif
#endif

struct fixture {
	void *mem;
	char dir[64];
	struct conf conf;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->mem = talloc_new(NULL);
	snprintf(f->dir, sizeof f->dir, "/tmp/palabre-test-XXXXXX");
	if (!mkdtemp(f->dir)) {
		return -1;
	}
	f->conf = (struct conf){
		.run_dir = f->dir, .scrypt_log_n = 10, .scrypt_r = 8, .scrypt_p = 1
	};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	DIR *d = opendir(f->dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
	rmdir(f->dir);
	talloc_free(f->mem);
	free(f);
	return 0;
}

static void a_password_is_right_only_against_its_own_hash(void **state)
{
	struct fixture *f = *state;
	struct str hash, again;

	assert_int_equal(password_hash(&f->conf, f->mem, STR("sous l'arbre"), &hash), OK);
	assert_int_equal(password_hash(&f->conf, f->mem, STR("sous l'arbre"), &again),
			 OK);
	assert_false(str_eq(hash, again));
	assert_true(str_starts(hash, STR("$s1$0a0801$")));
	assert_int_equal(password_check(&f->conf, hash, STR("sous l'arbre")), OK);
	assert_int_equal(password_check(&f->conf, again, STR("sous l'arbre")), OK);
	assert_int_equal(password_check(&f->conf, hash, STR("sous l'arbrf")), E_AUTH);
	assert_int_equal(password_check(&f->conf, hash, STR("sous l'arbre ")), E_AUTH);
	assert_int_equal(password_check(&f->conf, hash, STR("")), E_AUTH);
}

static void nobody_is_checked_with_the_same_work_and_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct str hash;

	f->conf.scrypt_log_n = 14;
	assert_int_equal(password_hash(&f->conf, f->mem, STR("sous l'arbre"), &hash), OK);
	int64_t t0 = clock_monotonic_ms();
	assert_int_equal(password_check(&f->conf, hash, STR("wrong password")), E_AUTH);
	int64_t t1 = clock_monotonic_ms();
	assert_int_equal(password_check(&f->conf, STR_NONE, STR("wrong password")),
			 E_AUTH);
	int64_t t2 = clock_monotonic_ms();
	/* Wide bounds: what matters is that hashing happened at all. */
	assert_true(t2 - t1 >= (t1 - t0) / 3);
}

static void a_hash_of_128_bytes_and_of_unicode_works(void **state)
{
	struct fixture *f = *state;
	char longest[PASSWORD_MAX_BYTES + 1];
	struct str hash;

	memset(longest, 'x', sizeof longest);
	struct str fits = { longest, PASSWORD_MAX_BYTES };
	assert_int_equal(password_hash(&f->conf, f->mem, fits, &hash), OK);
	assert_int_equal(password_check(&f->conf, hash, fits), OK);
	struct str too_long = { longest, PASSWORD_MAX_BYTES + 1 };
	assert_int_equal(password_hash(&f->conf, f->mem, too_long, &hash), E_INVALID);
	assert_int_equal(password_hash(&f->conf, f->mem, STR("nul\0nul nul"), &hash),
			 E_INVALID);
	assert_int_equal(password_hash(&f->conf, f->mem, STR("pâlàbre 🌳"), &hash), OK);
	assert_int_equal(password_check(&f->conf, hash, STR("pâlàbre 🌳")), OK);
}

static void only_allowed_costs_are_taken_from_a_stored_hash(void **state)
{
	struct fixture *f = *state;
	static const struct {
		struct str stored;
		bool ok;
	} cases[] = {
		{ STR("$s1$0a0801$c2FsdA==$aGFzaA=="), true },
		{ STR("$s1$0e0805$c2FsdA==$aGFzaA=="), true },
		{ STR("$s1$0e0810$c2FsdA==$aGFzaA=="), true },
		{ STR("$s1$110801$c2FsdA==$aGFzaA=="), true },
		{ STR("$s1$110802$c2FsdA==$aGFzaA=="), true },
		{ STR("$s1$110803$c2FsdA==$aGFzaA=="), false }, /* too much work */
		{ STR("$s1$120801$c2FsdA==$aGFzaA=="), false }, /* 256 MiB */
		{ STR("$s1$1e0801$c2FsdA==$aGFzaA=="), false }, /* a terabyte */
		{ STR("$s1$090801$c2FsdA==$aGFzaA=="), false }, /* too cheap */
		{ STR("$s1$0e1001$c2FsdA==$aGFzaA=="), false }, /* r 16 */
		{ STR("$s1$0e0800$c2FsdA==$aGFzaA=="), false }, /* p 0 */
		{ STR("$s1$0E0801$c2FsdA==$aGFzaA=="),
		  false }, /* not as libscrypt writes it */
		{ STR("$s1$"), false },
		{ STR("$2y$10$abcdefghijklmnopqrstuv"), false },
		{ STR(""), false },
	};
	struct password_cost c;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(password_cost(&f->conf, cases[i].stored, &c),
				 cases[i].ok);
	}
	assert_false(password_cost(&f->conf, STR_NONE, &c));
	f->conf.scrypt_log_n = 18;
	assert_true(password_cost(&f->conf, STR("$s1$120801$c2FsdA==$aGFzaA=="), &c));
	assert_int_equal(c.log_n, 18);
}

static void a_hash_of_another_cost_is_right_but_not_current(void **state)
{
	struct fixture *f = *state;
	struct str hash;

	assert_int_equal(password_hash(&f->conf, f->mem, STR("sous l'arbre"), &hash), OK);
	assert_true(password_is_current(&f->conf, hash));
	f->conf.scrypt_log_n = 11;
	assert_false(password_is_current(&f->conf, hash));
	assert_int_equal(password_check(&f->conf, hash, STR("sous l'arbre")), OK);
}

static void a_forged_cost_is_wrong_and_cheap(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(password_check(&f->conf, STR("$s1$1e0801$c2FsdA==$aGFzaA=="),
					STR("sous l'arbre")),
			 E_AUTH);
}

static void without_the_memory_it_is_unavailable_not_wrong(void **state)
{
	struct fixture *f = *state;
	struct str hash;

#ifdef WITH_ASAN
	skip(); /* its shadow alone needs more address space */
#endif
	f->conf.scrypt_log_n = 17;
	assert_int_equal(password_hash(&f->conf, f->mem, STR("sous l'arbre"), &hash), OK);
	pid_t child = fork();
	if (child == 0) {
		struct rlimit limit = { 100 << 20, 100 << 20 };
		setrlimit(RLIMIT_AS, &limit);
		_exit(password_check(&f->conf, hash, STR("sous l'arbre")) ==
					      E_UNAVAILABLE &&
				      password_hash(&f->conf, f->mem, STR("sous l'arbre"),
						    &hash) == E_UNAVAILABLE
			      ? 0
			      : 1);
	}
	int status;
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A child that holds a slot till it is killed; returns when it has it. */
static pid_t hold_slot(const char *dir)
{
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		int slot;
		_exit(slot_take(dir, &slot) == OK && write(ready[1], "x", 1) == 1 &&
				      pause()
			      ? 0
			      : 1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

/* A child that waits for a slot; exits with what slot_take() said. */
static pid_t wait_in_queue(const char *dir)
{
	pid_t child = fork();
	if (child == 0) {
		int slot;
		_exit(slot_take(dir, &slot));
	}
	return child;
}

static void reap(pid_t child, int signal, int *code)
{
	int status;

	if (signal) {
		kill(child, signal);
	}
	waitpid(child, &status, 0);
	if (code) {
		*code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	}
}

static bool is_there(const char *dir, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static void two_hash_two_wait_and_the_next_is_sent_away_at_once(void **state)
{
	struct fixture *f = *state;
	pid_t first = hold_slot(f->dir), second = hold_slot(f->dir);
	pid_t third = wait_in_queue(f->dir), fourth = wait_in_queue(f->dir);
	int slot, code;

	for (int i = 0; i < 2000 && !is_there(f->dir, "hash-queue.1"); i++) {
		usleep(1000);
	}
	int64_t t = clock_monotonic_ms();
	for (int i = 0; i < 2000 && slot_take(f->dir, &slot) != E_UNAVAILABLE; i++) {
		usleep(1000);
	}
	assert_int_equal(slot_take(f->dir, &slot), E_UNAVAILABLE);
	assert_true(clock_monotonic_ms() - t < 1000);

	/* kill -9 frees a slot, and one of those who wait gets it. */
	reap(first, SIGKILL, NULL);
	reap(third, 0, &code);
	assert_int_equal(code, OK);
	reap(fourth, 0, &code);
	assert_int_equal(code, OK);
	reap(second, SIGKILL, NULL);
	assert_int_equal(slot_take(f->dir, &slot), OK);
	slot_release(slot);
}

static void who_waits_gives_up_after_the_time_set(void **state)
{
	struct fixture *f = *state;
	pid_t first = hold_slot(f->dir), second = hold_slot(f->dir);
	int64_t t = clock_monotonic_ms();
	int slot;

	assert_int_equal(slot_take(f->dir, &slot), E_UNAVAILABLE);
	t = clock_monotonic_ms() - t;
	assert_in_range(t, SLOT_WAIT_MS, SLOT_WAIT_MS + 1000);
	reap(first, SIGKILL, NULL);
	reap(second, SIGKILL, NULL);
}

static void slot_files_are_private_and_no_symlink_is_followed(void **state)
{
	struct fixture *f = *state;
	char path[128], target[128];
	struct stat st;
	int slot;

	snprintf(path, sizeof path, "%s/hash.0", f->dir);
	snprintf(target, sizeof target, "%s/target", f->dir);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(slot_take(f->dir, &slot), E_UNAVAILABLE);
	assert_false(is_there(f->dir, "target"));
	unlink(path);
	assert_int_equal(slot_take(f->dir, &slot), OK);
	assert_int_equal(fstat(slot, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fcntl(slot, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	slot_release(slot);
	assert_int_equal(slot_take("/nonexistent", &slot), E_UNAVAILABLE);
}

static void what_root_makes_belongs_to_the_directorys_owner(void **state)
{
	struct fixture *f = *state;
	char path[128], other[128];
	struct stat st;
	int slot;

	if (geteuid() != 0) {
		skip();
	}
	assert_int_equal(slot_take(f->dir, &slot), OK);
	assert_int_equal(fstat(slot, &st), 0);
	assert_int_equal(st.st_uid, 0);
	slot_release(slot);

	/* As it is where root came first, and when the next one comes. */
	assert_int_equal(chown(f->dir, 12345, 23456), 0);
	assert_int_equal(slot_take(f->dir, &slot), OK);
	assert_int_equal(fstat(slot, &st), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 23456);
	assert_int_equal(st.st_mode & 07777, 0600);
	slot_release(slot);

	/* A file of root's under another name is none that root made here. */
	snprintf(path, sizeof path, "%s/hash.0", f->dir);
	snprintf(other, sizeof other, "%s/other", f->dir);
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(slot_take(f->dir, &slot), OK);
	assert_int_equal(fstat(slot, &st), 0);
	assert_int_equal(st.st_uid, 0);
	slot_release(slot);
}

static void the_list_is_sorted_and_holds_only_what_the_rules_let_through(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMON_COUNT; i++) {
		size_t len = strlen(common_at(i));
		assert_in_range(len, PASSWORD_MIN_BYTES, 32);
		assert_true(i == 0 || strcmp(common_at(i - 1), common_at(i)) < 0);
		assert_true(common_password(str_from(common_at(i))));
	}
}

static void common_passwords_are_known_in_any_case(void **state)
{
	(void)state;
	assert_true(common_password(STR("password")));
	assert_true(common_password(STR("PassWord1")));
	assert_true(common_password(STR("qwertyuiop")));
	assert_true(common_password(STR("12345678")));
	assert_false(common_password(STR("password ")));
	assert_false(common_password(STR("under the village tree")));
	assert_false(common_password(STR("")));
	assert_false(
		common_password(STR("a password that is longer than all in the list")));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_password_is_right_only_against_its_own_hash),
		T(nobody_is_checked_with_the_same_work_and_is_wrong),
		T(a_hash_of_128_bytes_and_of_unicode_works),
		T(only_allowed_costs_are_taken_from_a_stored_hash),
		T(a_hash_of_another_cost_is_right_but_not_current),
		T(a_forged_cost_is_wrong_and_cheap),
		T(without_the_memory_it_is_unavailable_not_wrong),
		T(two_hash_two_wait_and_the_next_is_sent_away_at_once),
		T(who_waits_gives_up_after_the_time_set),
		T(slot_files_are_private_and_no_symlink_is_followed),
		T(what_root_makes_belongs_to_the_directorys_owner),
		T(the_list_is_sorted_and_holds_only_what_the_rules_let_through),
		T(common_passwords_are_known_in_any_case),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
