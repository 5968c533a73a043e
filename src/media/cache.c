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
#define TEMP_SECONDS 3600

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

enum result cache_begin(const struct cache *cache, struct cache_file *f)
{
	*f = (struct cache_file){ .fd = -1 };
	if (!cache_path(cache, TEMP_PREFIX "XXXXXX", f->path)) {
		return E_UNAVAILABLE;
	}
	f->fd = mkostemp(f->path, O_CLOEXEC);
	if (f->fd < 0 && errno == ENOENT && mkdir(cache->dir, 0750) == 0) {
		cache_path(cache, TEMP_PREFIX "XXXXXX", f->path);
		f->fd = mkostemp(f->path, O_CLOEXEC);
	}
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

	if (!cache_path(cache, name, path)) {
		return -1;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		/* Ours to say when it was used: many disks are mounted without. */
		futimens(fd, times);
	}
	return fd;
}

void cache_remove(const struct cache *cache, const char *name)
{
	char path[PATH_MAX];

	if (cache_path(cache, name, path)) {
		unlink(path);
	}
}

struct held {
	char name[64];
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

/* Lists what there is but for what goes at once. */
static void look(struct listing *l, DIR *dir, bool (*gone)(void *arg, const char *name),
		 void *arg)
{
	int64_t now = time(NULL);
	struct dirent *e;
	struct stat st;

	while ((e = readdir(dir))) {
		bool temp = strncmp(e->d_name, TEMP_PREFIX, strlen(TEMP_PREFIX)) == 0;
		if ((e->d_name[0] == '.' && !temp) || strlen(e->d_name) > 63 ||
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
	DIR *dir = opendir(cache->dir);

	if (use) {
		*use = (struct cache_use){ 0 };
	}
	if (!dir) {
		return errno == ENOENT ? OK : E_UNAVAILABLE;
	}
	look(&l, dir, gone, arg);
	int64_t goal = l.use.bytes > cache->bytes
			       ? cache->bytes - cache->bytes / SPARE_PART
			       : INT64_MAX;
	if (goal != INT64_MAX) {
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
