/* media.c - palabrectl media: what files there are, which can go, which are damaged. */
#include <stdio.h>
#include <talloc.h>
#include <unistd.h>

#include "base/die.h"
#include "chat/attachment.h"
#include "chat/retention.h"
#include "ctl/ctl.h"
#include "media/cache.h"
#include "media/media.h"

#define BATCH 100

static void put(struct ctl *c, const char *key, const char *text, int64_t value)
{
	ctl_say(c, "%-34s %12lld", text, (long long)value);
	json_put_int(&c->j, key, value);
}

/* A look through the cache; the log has said why where there can be none. */
static enum ctl_exit trim(struct ctl *c, int64_t bytes,
			  bool (*gone)(void *arg, const char *name),
			  struct cache_use *use)
{
	struct cache cache = cache_of(c->conf, c->mem);

	cache.bytes = bytes;
	return cache_trim(&cache, gone, c, use) == OK
		       ? CTL_OK
		       : ctl_fail(c, CTL_FAILED, "%s: not to be used as the cache",
				  cache.dir);
}

enum ctl_exit ctl_media_stats(struct ctl *c)
{
	struct row_media_stats *s;
	struct cache_use use;
	size_t n;

	enum result r = q_media_stats(c->db, c->mem, &s, &n);
	if (r != OK) {
		return ctl_result(c, r, "media stats");
	}
	/* Without a bound nothing is removed for want of room. */
	enum ctl_exit code = trim(c, INT64_MAX, NULL, &use);
	if (code != CTL_OK) {
		return code;
	}
	json_open_object(&c->j);
	put(c, "files", "files", s->files);
	put(c, "bytes", "  their bytes", s->bytes);
	put(c, "owners", "  of so many accounts", s->owners);
	put(c, "waiting", "  in no message yet", s->waiting);
	put(c, "waiting_bytes", "    their bytes", s->waiting_bytes);
	put(c, "released", "  to be removed", s->released);
	put(c, "thumbs", "small pictures", s->thumbs);
	put(c, "thumb_bytes", "  their bytes", s->thumb_bytes);
	put(c, "cache_files", "files in the cache", use.files);
	put(c, "cache_bytes", "  their bytes", use.bytes);
	json_close_object(&c->j);
	return CTL_OK;
}

/* Is that file of the cache of nothing that the database has? */
static bool is_gone(void *arg, const char *name)
{
	struct ctl *c = arg;
	struct str token = str_from(name);
	struct row_media_exists *rows;
	void *mem = die_if_null(talloc_new(NULL));
	size_t n = 1;

	token.len = str_index(token, '.');
	enum result r = q_media_exists(c->db, mem, token, &rows, &n);
	talloc_free(mem);
	return r == OK && n == 0;
}

enum ctl_exit ctl_media_gc(struct ctl *c)
{
	struct cache_use use;
	int64_t removed = 0, batch;

	do {
		enum result r = retention_step(c->db, c->conf, RETENTION_MEDIA, &batch);
		if (r != OK) {
			return ctl_result(c, r, "media gc");
		}
		removed += batch;
		ctl_progress(c, "%lld removed", (long long)removed);
	} while (batch);
	ctl_progress(c, "%s", "");
	enum ctl_exit code = trim(c, c->conf->cache_mb << 20, is_gone, &use);
	if (code != CTL_OK) {
		return code;
	}
	json_open_object(&c->j);
	put(c, "removed", "files removed", removed);
	put(c, "cache_removed", "removed from the cache", use.removed);
	put(c, "cache_files", "left in the cache", use.files);
	json_close_object(&c->j);
	return CTL_OK;
}

static ssize_t read_file(void *arg, char *out, size_t len)
{
	const int *fd = arg;

	return read(*fd, out, len);
}

static bool count_only(void *arg, int64_t at, const void *bytes, size_t len)
{
	(void)arg;
	(void)at;
	(void)bytes;
	(void)len;
	return true;
}

/* A picture that was cleaned once is sound, and there is nothing more to clean. */
static bool is_sound(int fd, int64_t size, int64_t type)
{
	static const struct media_limits none = {
		.bytes = INT64_MAX,
		.pixels = INT64_MAX,
		.frames = INT64_MAX,
		.frame_pixels = INT64_MAX,
		.any = true,
	};
	struct media_fault fault;
	struct media m;

	return lseek(fd, 0, SEEK_SET) == 0 &&
	       media_copy(&none, read_file, &fd, count_only, NULL, &m, &fault) == OK &&
	       (int64_t)m.type == type && m.size == size;
}

/* Reads a file and its small picture through; E_CONFLICT where it is damaged. */
static enum result check(struct ctl *c, const struct row_media_after *a)
{
	FILE *f = tmpfile();
	int fd = f ? fileno(f) : -1;

	if (!f) {
		return E_FULL;
	}
	enum result r = attachment_read(c->db, a->id, ATTACHMENT_FILE, a->size, fd);
	if (r == OK &&
	    (lseek(fd, 0, SEEK_END) != a->size || !is_sound(fd, a->size, a->type))) {
		r = E_CONFLICT;
	}
	if (r == OK && a->thumb) {
		r = ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET) != 0
			    ? E_FULL
			    : attachment_read(c->db, a->id, ATTACHMENT_THUMB, a->thumb,
					      fd);
		r = r == OK && lseek(fd, 0, SEEK_END) != a->thumb ? E_CONFLICT : r;
	}
	fclose(f);
	return r == E_NOT_FOUND ? E_CONFLICT : r;
}

static enum result check_all(struct ctl *c, int64_t *files, int64_t *damaged)
{
	struct row_media_after *rows;
	int64_t after = 0;
	size_t n;

	do {
		enum result r = q_media_after(c->db, c->mem, after, BATCH, &rows, &n);
		for (size_t i = 0; r == OK && i < n; i++) {
			after = rows[i].id;
			++*files;
			r = check(c, &rows[i]);
			if (r == E_CONFLICT) {
				ctl_say(c, "damaged: " STR_FMT, STR_ARG(rows[i].token));
				json_add_str(&c->j, rows[i].token);
				++*damaged;
				r = OK;
			}
		}
		if (r != OK) {
			return r;
		}
		ctl_progress(c, "%lld read", (long long)*files);
	} while (n);
	ctl_progress(c, "%s", "");
	return OK;
}

enum ctl_exit ctl_media_verify(struct ctl *c)
{
	struct row_media_strays *strays;
	int64_t files = 0, damaged = 0;
	size_t n;

	json_open_object(&c->j);
	json_key(&c->j, "broken");
	json_open_array(&c->j);
	enum result r = check_all(c, &files, &damaged);
	json_close_array(&c->j);
	if (r == OK) {
		r = q_media_strays(c->db, c->mem, &strays, &n);
	}
	if (r != OK) {
		return ctl_result(c, r, "media verify");
	}
	put(c, "files", "files read", files);
	put(c, "damaged", "  damaged", damaged);
	put(c, "strays", "pieces of nothing", strays->count);
	json_close_object(&c->j);
	return damaged ? CTL_UNSOUND : CTL_OK;
}
