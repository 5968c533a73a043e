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

/* A file is called by so many signs of base64url (RFC 4648 §5); a small picture has this
 * behind them. Whatever else is in the directory is none of ours, and left alone. */
#define CACHE_NAME 22
#define CACHE_SMALL ".t"

bool cache_is_name(const char *name);

/* As it is set; its path is on mem. */
struct cache cache_of(const struct conf *conf, const void *mem);

/* A file in the making; nobody sees it before cache_keep(). */
struct cache_file {
	int fd;
	char path[PATH_MAX];
};

/*
 * E_FULL, or E_UNAVAILABLE where the directory can't be used: not at all, or not without
 * other accounts of the host reading what is in it or putting there what we would serve.
 */
enum result cache_begin(const struct cache *cache, struct cache_file *f);

/* Gives it its name, at once and whole; the descriptor stays open. */
bool cache_keep(const struct cache *cache, struct cache_file *f, const char *name);

/* Closes it, and removes it unless it was kept. */
void cache_end(struct cache_file *f);

/* Opens one for reading and notes that it was used; -1 where it is not there, or not made
 * by us. */
int cache_open(const struct cache *cache, const char *name);

/* The full path into out; false where it is too long. */
bool cache_path(const struct cache *cache, const char *name, char out[PATH_MAX]);

struct cache_use {
	int64_t files;
	int64_t bytes;
	int64_t removed;
};

/*
 * Removes what was used longest ago until there is room, and what a process left half
 * made. gone may be NULL; a file for which it says so goes in any case. E_UNAVAILABLE as
 * above, but OK where there is no directory.
 */
enum result cache_trim(const struct cache *cache,
		       bool (*gone)(void *arg, const char *name), void *arg,
		       struct cache_use *use);

#endif
