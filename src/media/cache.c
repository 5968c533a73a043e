/* cache.c - a directory of files as they are served, within a bound. */
#include "media/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/die.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"

#define TEMP_PREFIX ".new-"
#define TEMP_RANDOM "XXXXXX"
#define TEMP_SECONDS 3600

/* So exactly it is known when a file was used last. */
#define USE_SECONDS 60

/* Room is made for this part of the bound more than is needed, so that it is rare. */
#define SPARE_PART 8

/* One keeping in so many looks how much there is. */
#define LOOK_EVERY 16

struct cache cache_of(const struct conf *conf, const void *mem)
{
	const char *dir = conf->cache_dir
				  ? conf->cache_dir
				  : str_printf(mem, "%s/cache", conf->run_dir).ptr;

	return (struct cache){ .dir = dir, .bytes = conf->cache_mb << 20 };
}

bool cache_path(const struct cache *cache, const char *name, char out[PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s/%s", cache->dir, name);

	return n > 0 && n < PATH_MAX;
}

static enum result failed(const struct cache *cache)
{
	int why = errno;

	log_error("cache_unusable", "path", cache->dir, "why", strerror(why), NULL);
	return why == ENOSPC || why == EDQUOT ? E_FULL : E_UNAVAILABLE;
}

/*
 * Why the directory is not to be used; NULL where it is. Without PALABRE_RUN it lies in
 * /tmp, where another account may have made it, or a link to a directory of ours.
 */
static const char *objection(const struct cache *cache, const struct stat *dir)
{
	struct stat path;

	if (dir->st_uid != geteuid() && geteuid() != 0) {
		return "it belongs to another account";
	}
	if (dir->st_mode & S_IWOTH) {
		return "every account of this host may write to it";
	}
	if (lstat(cache->dir, &path)) {
		return strerror(errno);
	}
	bool itself = path.st_dev == dir->st_dev && path.st_ino == dir->st_ino;
	return itself || path.st_uid == 0 || path.st_uid == dir->st_uid
		       ? NULL
		       : "another account's link leads to it";
}

static enum result refused(const struct cache *cache, const char *why)
{
	log_error("cache_refused", "path", cache->dir, "why", why, NULL);
	return E_UNAVAILABLE;
}

/* Makes it where it is not there. */
static enum result prepare(const struct cache *cache)
{
	struct stat st;

	if (stat(cache->dir, &st) &&
	    (errno != ENOENT || (mkdir(cache->dir, 0750) && errno != EEXIST) ||
	     stat(cache->dir, &st))) {
		return failed(cache);
	}
	const char *why = objection(cache, &st);
	return why ? refused(cache, why) : OK;
}

enum result cache_begin(const struct cache *cache, struct cache_file *f)
{
	*f = (struct cache_file){ .fd = -1 };
	enum result r = prepare(cache);
	if (r != OK || !cache_path(cache, TEMP_PREFIX TEMP_RANDOM, f->path)) {
		return r == OK ? E_UNAVAILABLE : r;
	}
	f->fd = mkostemp(f->path, O_CLOEXEC);
	if (f->fd < 0) {
		f->path[0] = '\0';
		return failed(cache);
	}
	return OK;
}

bool cache_keep(const struct cache *cache, struct cache_file *f, const char *name)
{
	char path[PATH_MAX];

	/* The web server reads it, perhaps as another user of our group. */
	if (!cache_path(cache, name, path) || fchmod(f->fd, 0640) ||
	    rename(f->path, path)) {
		return false;
	}
	f->path[0] = '\0';
	if (rand_below(LOOK_EVERY) == 0) {
		cache_trim(cache, NULL, NULL, NULL);
	}
	return true;
}

void cache_end(struct cache_file *f)
{
	if (f->path[0]) {
		unlink(f->path);
	}
	if (f->fd >= 0) {
		close(f->fd);
	}
	*f = (struct cache_file){ .fd = -1 };
}

int cache_open(const struct cache *cache, const char *name)
{
	static const struct timespec times[2] = { { .tv_nsec = UTIME_NOW },
						  { .tv_nsec = UTIME_OMIT } };
	char path[PATH_MAX];
	struct stat st;

	if (!cache_path(cache, name, path) || stat(cache->dir, &st) ||
	    objection(cache, &st)) {
		return -1;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		return -1;
	}
	if (fstat(fd, &st) || (st.st_uid != geteuid() && st.st_uid != 0)) {
		close(fd);
		return -1;
	}
	/* Ours to say when it was used: many disks are mounted without. Each time it is
	 * said is a write, so not at each look at a picture that many look at. */
	if (time(NULL) - st.st_atim.tv_sec > USE_SECONDS) {
		futimens(fd, times);
	}
	return fd;
}

bool cache_is_name(const char *name)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789-_");

	return len == CACHE_NAME && (!name[len] || strcmp(name + len, CACHE_SMALL) == 0);
}

static bool is_temp(const char *name)
{
	return strncmp(name, TEMP_PREFIX, strlen(TEMP_PREFIX)) == 0 &&
	       strlen(name) == strlen(TEMP_PREFIX TEMP_RANDOM);
}

struct held {
	char name[CACHE_NAME + sizeof CACHE_SMALL];
	int64_t bytes;
	int64_t used; /* seconds */
};

struct listing {
	struct held *at;
	size_t count, room;
	struct cache_use use;
};

static int by_use(const void *a, const void *b)
{
	int64_t x = ((const struct held *)a)->used, y = ((const struct held *)b)->used;

	return x < y ? -1 : x > y;
}

static void list_add(struct listing *l, const char *name, const struct stat *st)
{
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->at = die_if_null(realloc(l->at, l->room * sizeof *l->at));
	}
	struct held *h = &l->at[l->count++];
	memcpy(h->name, name, strnlen(name, sizeof h->name - 1));
	h->name[strnlen(name, sizeof h->name - 1)] = '\0';
	h->bytes = st->st_size;
	h->used = st->st_atim.tv_sec;
	l->use.files++;
	l->use.bytes += st->st_size;
}

/* Lists what there is of ours but for what goes at once. */
static void look(struct listing *l, DIR *dir, bool (*gone)(void *arg, const char *name),
		 void *arg)
{
	int64_t now = time(NULL);
	struct dirent *e;
	struct stat st;

	while ((e = readdir(dir))) {
		bool temp = is_temp(e->d_name);
		if ((!temp && !cache_is_name(e->d_name)) ||
		    fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode)) {
			continue;
		}
		bool goes = temp ? now - st.st_mtim.tv_sec > TEMP_SECONDS
				 : gone && gone(arg, e->d_name);
		if (goes && unlinkat(dirfd(dir), e->d_name, 0) == 0) {
			l->use.removed++;
		} else if (!temp) {
			list_add(l, e->d_name, &st);
		}
	}
}

enum result cache_trim(const struct cache *cache,
		       bool (*gone)(void *arg, const char *name), void *arg,
		       struct cache_use *use)
{
	struct listing l = { 0 };
	struct stat st;
	DIR *dir = opendir(cache->dir);

	if (use) {
		*use = (struct cache_use){ 0 };
	}
	if (!dir) {
		return errno == ENOENT ? OK : failed(cache);
	}
	const char *why =
		fstat(dirfd(dir), &st) ? strerror(errno) : objection(cache, &st);
	if (why) {
		closedir(dir);
		return refused(cache, why);
	}
	look(&l, dir, gone, arg);
	int64_t goal = l.use.bytes > cache->bytes
			       ? cache->bytes - cache->bytes / SPARE_PART
			       : INT64_MAX;
	if (l.count && goal != INT64_MAX) {
		qsort(l.at, l.count, sizeof *l.at, by_use);
	}
	for (size_t i = 0; i < l.count && l.use.bytes > goal; i++) {
		if (unlinkat(dirfd(dir), l.at[i].name, 0) == 0) {
			l.use.bytes -= l.at[i].bytes;
			l.use.files--;
			l.use.removed++;
		}
	}
	closedir(dir);
	free(l.at);
	if (use) {
		*use = l.use;
	}
	return OK;
}
