/* test_wake.c - wakes are hints: they arrive where a hub is, and harm nothing elsewhere.
 */
#include "check.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify/wake.h"

struct fixture {
	char dir[64], path[80];
	int sender;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	snprintf(f->dir, sizeof f->dir, "/tmp/palabre-test-XXXXXX");
	if (!mkdtemp(f->dir)) {
		return -1;
	}
	snprintf(f->path, sizeof f->path, "%s/hub.wake", f->dir);
	f->sender = wake_sender(f->dir);
	*state = f;
	return f->sender < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->sender);
	unlink(f->path);
	rmdir(f->dir);
	free(f);
	return 0;
}

static bool is_woken(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, 0) == 1;
}

static void a_wake_arrives_and_is_drained(void **state)
{
	struct fixture *f = *state;
	int hub = wake_receiver(f->dir);

	assert_false(is_woken(hub));
	wake_send(f->sender, f->dir);
	assert_true(is_woken(hub));
	wake_drain(hub);
	assert_false(is_woken(hub));
	wake_drain(hub);
	close(hub);
}

static void many_wakes_are_drained_at_once_and_never_block(void **state)
{
	struct fixture *f = *state;
	int hub = wake_receiver(f->dir);

	for (int i = 0; i < 100000; i++) {
		wake_send(f->sender, f->dir);
	}
	wake_drain(hub);
	assert_false(is_woken(hub));
	wake_send(f->sender, f->dir);
	assert_true(is_woken(hub));
	close(hub);
}

static void without_a_hub_a_wake_is_nothing(void **state)
{
	struct fixture *f = *state;

	wake_send(f->sender, f->dir);
	/* A socket whose hub died. */
	close(wake_receiver(f->dir));
	wake_send(f->sender, f->dir);
	wake_send(-1, f->dir);
}

static void a_new_hub_takes_the_place_of_a_dead_one(void **state)
{
	struct fixture *f = *state;

	close(wake_receiver(f->dir));
	int hub = wake_receiver(f->dir);
	wake_send(f->sender, f->dir);
	assert_true(is_woken(hub));
	close(hub);
}

static void strangers_cannot_wake(void **state)
{
	struct fixture *f = *state;
	int hub = wake_receiver(f->dir);
	struct stat s;

	assert_int_equal(stat(f->path, &s), 0);
	assert_true(S_ISSOCK(s.st_mode));
	assert_int_equal(s.st_mode & 0777, 0660);
	close(hub);
}

static void a_path_too_long_ends_the_process(void **state)
{
	char dir[200];
	int status;

	(void)state;
	memset(dir, 'x', sizeof dir - 1);
	dir[sizeof dir - 1] = '\0';
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		close(STDERR_FILENO);
		wake_sender(dir);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(a_wake_arrives_and_is_drained),
		IN_DIR(many_wakes_are_drained_at_once_and_never_block),
		IN_DIR(without_a_hub_a_wake_is_nothing),
		IN_DIR(a_new_hub_takes_the_place_of_a_dead_one),
		IN_DIR(strangers_cannot_wake),
		cmocka_unit_test(a_path_too_long_ends_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
