/* slot.c - at most so many hashings at once on a host: flock()ed files. */
#include "auth/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define LOOK_EVERY_MS 5

/*
 * What root makes, as palabrectl, the workers must be able to open: it becomes the
 * directory's owner's. Only what is as we make it, lest another name of one of root's own
 * files is given away.
 */
static void give_to_owner(int fd, const char *dir)
{
	struct stat d, f;

	if (geteuid() != 0 || stat(dir, &d) || d.st_uid == 0 || fstat(fd, &f)) {
		return;
	}
	if (f.st_uid == 0 && S_ISREG(f.st_mode) && f.st_nlink == 1 && f.st_size == 0 &&
	    fchown(fd, d.st_uid, d.st_gid)) {
		log_error("slot_unusable", "path", dir, "why", strerror(errno), NULL);
	}
}

/* A descriptor that holds the lock; -1 where another holds it; -2 where that can't be
 * told. */
static int try_file(const char *dir, const char *kind, int number)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s.%d", dir, kind, number);

	if (n < 0 || (size_t)n >= sizeof path) {
		return -2;
	}
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		log_error("slot_unusable", "path", path, "why", strerror(errno), NULL);
		return -2;
	}
	give_to_owner(fd, dir);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int try_files(const char *dir, const char *kind, int count)
{
	int fd = -1;

	for (int i = 0; i < count && fd == -1; i++) {
		fd = try_file(dir, kind, i);
	}
	return fd;
}

static int wait_for_slot(const char *dir)
{
	const struct timespec pause = { 0, LOOK_EVERY_MS * 1000000L };
	int64_t until = clock_monotonic_ms() + SLOT_WAIT_MS;
	int fd = -1;

	while (fd == -1 && clock_monotonic_ms() < until) {
		nanosleep(&pause, NULL);
		fd = try_files(dir, "hash", SLOT_HASHING);
	}
	return fd;
}

enum result slot_take(const char *dir, int *slot)
{
	*slot = try_files(dir, "hash", SLOT_HASHING);
	if (*slot == -1) {
		int place = try_files(dir, "hash-queue", SLOT_WAITING);
		if (place >= 0) {
			*slot = wait_for_slot(dir);
			close(place);
		}
	}
	return *slot >= 0 ? OK : E_UNAVAILABLE;
}

void slot_release(int slot)
{
	close(slot);
}
