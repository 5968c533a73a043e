/* thumb.c - starts palabre-thumb, reads what it makes, and ends it where it takes long.
 */
#include "media/thumb.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define PATIENCE_MS 5000
#define AT_ONCE 2
#define LOOK_EVERY_MS 10

bool thumb_wanted(const struct media *m)
{
	return m->animated || m->width > THUMB_SIDE || m->height > THUMB_SIDE;
}

static bool beside_us(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);

	if (n <= 0) {
		return false;
	}
	out[n] = '\0';
	char *slash = strrchr(out, '/');
	size_t room = slash ? PATH_MAX - (size_t)(slash - out) : 0;
	return slash && snprintf(slash, room, "/palabre-thumb") < (int)room;
}

static int lock_one(const char *dir)
{
	for (int i = 0; i < AT_ONCE; i++) {
		char path[PATH_MAX];
		int n = snprintf(path, sizeof path, "%s/.thumb.%d", dir, i);
		if (n < 0 || n >= PATH_MAX) {
			return -1;
		}
		int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
			return fd;
		}
		if (fd >= 0) {
			close(fd);
		}
	}
	return -1;
}

static int wait_for_turn(const char *dir, int64_t until)
{
	const struct timespec pause = { 0, LOOK_EVERY_MS * 1000000L };
	int fd = lock_one(dir);

	while (fd < 0 && clock_monotonic_ms() < until) {
		nanosleep(&pause, NULL);
		fd = lock_one(dir);
	}
	return fd;
}

/* The program with the picture as its input, pipe as its output, and nothing else. */
static pid_t start(const char *program, const struct media *m, int picture, int pipe)
{
	posix_spawn_file_actions_t files;
	char type[12], orientation[12];
	char *const args[] = { (char *)(uintptr_t)program, type, orientation, NULL };
	char *const nothing[] = { NULL };
	pid_t pid;

	snprintf(type, sizeof type, "%d", (int)m->type);
	snprintf(orientation, sizeof orientation, "%d", m->orientation);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, picture, 0);
	posix_spawn_file_actions_adddup2(&files, pipe, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	int failed = posix_spawn(&pid, program, &files, NULL, args, nothing);
	posix_spawn_file_actions_destroy(&files);
	if (failed) {
		log_error("thumb_not_started", "program", program, "why",
			  strerror(failed), NULL);
	}
	return failed ? 0 : pid;
}

/* All that comes before the end; -1 where it is too much, or too late. */
static ssize_t collect(int pipe, char *out, int64_t until)
{
	size_t len = 0;

	for (;;) {
		struct pollfd p = { .fd = pipe, .events = POLLIN };
		int64_t left = until - clock_monotonic_ms();
		int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (ready < 0 && errno == EINTR) {
			continue;
		}
		if (ready <= 0) {
			return -1;
		}
		if (len == THUMB_MAX_BYTES) {
			return -1;
		}
		ssize_t n = read(pipe, out + len, THUMB_MAX_BYTES - len);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return n < 0 ? -1 : (ssize_t)len;
		}
		len += (size_t)n;
	}
}

static size_t run(const char *program, const struct media *m, int picture, char *out,
		  int64_t until)
{
	int ends[2], status = -1;

	if (pipe2(ends, O_CLOEXEC)) {
		return 0;
	}
	pid_t pid = start(program, m, picture, ends[1]);
	close(ends[1]);
	ssize_t len = pid ? collect(ends[0], out, until) : -1;
	close(ends[0]);
	if (pid) {
		if (len < 0) {
			kill(pid, SIGKILL);
		}
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
		}
	}
	if (len > 0 && status == 0) {
		return (size_t)len;
	}
	char code[12];
	snprintf(code, sizeof code, "%d", status);
	log_warn("thumb_failed", "status", code, NULL);
	return 0;
}

size_t thumb_make(const char *program, const char *dir, const struct media *m, int fd,
		  char out[THUMB_MAX_BYTES])
{
	int64_t until = clock_monotonic_ms() + PATIENCE_MS;
	char beside[PATH_MAX], path[64];

	if (!program && !beside_us(beside)) {
		return 0;
	}
	/* Anew, and for reading only. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int picture = open(path, O_RDONLY | O_CLOEXEC);
	int turn = picture >= 0 ? wait_for_turn(dir, until) : -1;
	size_t len =
		turn >= 0 ? run(program ? program : beside, m, picture, out, until) : 0;
	if (turn >= 0) {
		close(turn);
	}
	if (picture >= 0) {
		close(picture);
	}
	return len;
}
