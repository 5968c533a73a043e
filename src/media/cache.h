/* cache.h - a directory of files as they are served, within a bound; the database has all
 * of them, so any may go at any time. */
#ifndef PALABRE_MEDIA_CACHE_H
#define PALABRE_MEDIA_CACHE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/result.h"

struct cache {
	const char *dir;
	int64_t bytes; /* what it may hold, about */
};

/* As it is set; its path is on mem. */
struct cache cache_of(const struct conf *conf, const void *mem);

/* A file in the making; nobody sees it before cache_keep(). */
struct cache_file {
	int fd;
	char path[PATH_MAX];
};

/* E_FULL, or E_UNAVAILABLE where the directory can't be used. */
enum result cache_begin(const struct cache *cache, struct cache_file *f);

/* Gives it its name, at once and whole; the descriptor stays open. */
bool cache_keep(const struct cache *cache, struct cache_file *f, const char *name);

/* Closes it, and removes it unless it was kept. */
void cache_end(struct cache_file *f);

/* Opens one for reading and notes that it was used; -1 where it is not there. */
int cache_open(const struct cache *cache, const char *name);

void cache_remove(const struct cache *cache, const char *name);

/* The full path into out; false where it is too long. */
bool cache_path(const struct cache *cache, const char *name, char out[PATH_MAX]);

struct cache_use {
	int64_t files;
	int64_t bytes;
	int64_t removed;
};

/*
 * Removes what was used longest ago until there is room, and what a process left half
 * made. gone may be NULL; a file for which it says so goes in any case.
 */
enum result cache_trim(const struct cache *cache,
		       bool (*gone)(void *arg, const char *name), void *arg,
		       struct cache_use *use);

#endif
