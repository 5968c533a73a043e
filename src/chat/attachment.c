/* attachment.c - files of messages: kept in the database, seen by the members of a room.
 */
#include "chat/attachment.h"

#include <errno.h>
#include <stdlib.h>
#include <talloc.h>
#include <unistd.h>

#include "auth/token.h"
#include "base/buf.h"
#include "base/die.h"
#include "chat/fleeting.h"
#include "chat/member.h"
#include "chat/session.h"

#define MIB INT64_C(1048576)

struct storing {
	struct chat *c;
	const struct attachment_new *new;
	char *chunk;
};

static enum result check_quota(struct chat *c)
{
	struct row_media_owned *owned;
	struct row_media_total *total;
	const struct conf *conf = c->conf;
	size_t n;

	enum result r = q_media_owned(c->db, c->mem, c->user, &owned, &n);
	if (r != OK) {
		return r;
	}
	bool full = conf->quota_user_mb && owned->kept > conf->quota_user_mb * MIB;
	if (full || owned->waiting > conf->upload_pending_mb * MIB) {
		return chat_fail(c, E_BUSY, "quota_reached",
				 full ? "You have no room left for more files."
				      : "Send what you uploaded, or wait, before more.",
				 NULL);
	}
	if (!conf->quota_total_mb) {
		return OK;
	}
	r = q_media_total(c->db, c->mem, &total, &n);
	if (r == OK && total->size > conf->quota_total_mb * MIB) {
		return chat_fail(c, E_FULL, "storage_full",
				 "There is no room for more files here.", NULL);
	}
	return r;
}

enum result attachment_may_store(struct chat *c)
{
	return check_quota(c);
}

/* Reads len bytes of the file from at on. */
static bool read_all(int fd, char *out, size_t len, int64_t at)
{
	while (len) {
		ssize_t n = pread(fd, out, len, at);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		out += n;
		len -= (size_t)n;
		at += n;
	}
	return true;
}

static enum result store_chunks(struct storing *s, int64_t id)
{
	const struct attachment_new *new = s->new;
	enum result r = OK;
	int64_t n = 0;

	for (int64_t at = 0; r == OK && at < new->row.size; n++) {
		int64_t left = new->row.size - at;
		size_t len = left < ATTACHMENT_CHUNK ? (size_t)left : ATTACHMENT_CHUNK;
		if (!read_all(new->fd, s->chunk, len, at)) {
			return E_INTERNAL;
		}
		r = q_media_chunk_insert(s->c->db, id, ATTACHMENT_FILE, n,
					 (struct str){ s->chunk, len });
		at += (int64_t)len;
	}
	n = 0;
	for (struct str rest = new->thumb; r == OK &&rest.len; n++) {
		struct str part = { rest.ptr, rest.len < ATTACHMENT_CHUNK
						      ? rest.len
						      : ATTACHMENT_CHUNK };
		r = q_media_chunk_insert(s->c->db, id, ATTACHMENT_THUMB, n, part);
		rest = str_from_at(rest, part.len);
	}
	return r;
}

/*
 * The bytes first: the user's row, by which uploads of one user are counted one after the
 * other, is locked for the last moment only.
 */
static enum result store_work(struct db *db, void *arg)
{
	struct storing *s = arg;
	struct chat *c = s->c;
	const struct row_attachment *row = &s->new->row;
	struct row_media_lock_owner *owner;
	size_t n;

	enum result r = q_media_insert(db, row->token, c->user, row->name, row->type,
				       row->size, row->width, row->height, row->animated,
				       (int64_t)s->new->thumb.len, c->now);
	if (r == OK) {
		r = store_chunks(s, db_insert_id(db));
	}
	if (r == OK) {
		r = q_media_lock_owner(db, c->mem, c->user, &owner, &n);
	}
	return r == OK ? check_quota(c) : r;
}

enum result attachment_store(struct chat *c, struct attachment_new *new)
{
	struct storing s = { .c = c, .new = new };
	struct row_media_exists *rows;
	char token[TOKEN_LENGTH + 1];
	size_t n;

	token_new(token);
	new->row.token = str_dup(c->mem, (struct str){ token, ATTACHMENT_TOKEN });
	s.chunk = die_if_null(malloc(ATTACHMENT_CHUNK));
	enum result r = db_transaction(c->db, store_work, &s);
	if (r == E_UNKNOWN) {
		r = q_media_exists(c->db, c->mem, new->row.token, &rows, &n);
		if (r == OK && n == 0) {
			r = db_transaction(c->db, store_work, &s);
		}
	}
	free(s.chunk);
	return r == E_UNKNOWN || r == E_RETRY ? E_UNAVAILABLE : r;
}

static enum result not_found(struct chat *c)
{
	return chat_fail(c, E_NOT_FOUND, "file_not_found", "There is no such file.",
			 NULL);
}

static enum result find_by_claim(struct chat *c, struct str token,
				 struct row_media **found)
{
	size_t n;
	enum result r = q_media_claim(c->db, c->mem, c->claim, SESSION_TOUCH_MS,
				      PRESENCE_SPARE_MS, token, found, &n);

	return r == OK && n == 0 ? E_AUTH : r;
}

enum result attachment_find(struct chat *c, struct str token, struct row_media **found)
{
	size_t n;

	if (c->claim.ptr) {
		return find_by_claim(c, token, found);
	}
	enum result r = q_media_find(c->db, c->mem, token, c->user, found, &n);
	if (r != OK) {
		return r;
	}
	if (n == 0) {
		return not_found(c);
	}
	const struct row_media *f = *found;
	if (f->room == DB_NULL) {
		return f->user == c->user ? OK : not_found(c);
	}
	if (f->role != DB_NULL) {
		return OK;
	}
	r = member_require(c, f->room, LEVEL_MEMBER, NULL);
	return r == E_NOT_FOUND ? not_found(c) : r;
}

static bool write_all(int fd, struct str s)
{
	while (s.len) {
		ssize_t n = write(fd, s.ptr, s.len);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		s = str_from_at(s, (size_t)n);
	}
	return true;
}

enum result attachment_read(struct db *db, int64_t id, enum attachment_kind kind,
			    int64_t size, int fd)
{
	enum result r = OK;

	for (int64_t n = 0; r == OK && size > 0; n++) {
		void *mem = die_if_null(talloc_new(NULL));
		struct row_media_chunk *rows;
		size_t count;
		r = q_media_chunk(db, mem, id, kind, n, &rows, &count);
		if (r == OK && (count == 0 || rows->data.len == 0)) {
			r = E_NOT_FOUND;
		} else if (r == OK && !write_all(fd, rows->data)) {
			r = errno == ENOSPC || errno == EDQUOT ? E_FULL : E_UNAVAILABLE;
		} else if (r == OK) {
			size -= (int64_t)rows->data.len;
		}
		talloc_free(mem);
	}
	return r;
}

enum result attachment_attach(struct chat *c, int64_t room, int64_t seq,
			      const struct str *tokens, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum result r =
			q_media_attach(c->db, tokens[i], c->user, room, seq, (int64_t)i);
		if (r != OK) {
			return r;
		}
		if (db_affected(c->db) == 0) {
			return chat_fail(c, E_FIELD, "attachment_not_found",
					 "There is no such upload of yours.",
					 "attachments");
		}
	}
	return OK;
}

/* An edit and the message it changed may stand in one batch. */
static bool stands_before(struct message *const *messages, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (messages[i]->row.seq == messages[at]->row.seq &&
		    messages[i]->row.room == messages[at]->row.room) {
			return true;
		}
	}
	return false;
}

/* "[[7,42],[7,43]]" of those that have any; STR_NONE without. */
static struct str keys_json(const void *mem, struct message *const *messages, size_t n)
{
	struct buf b;

	buf_init(&b, mem, n * 48 + 2);
	for (size_t i = 0; i < n; i++) {
		const struct row_message *row = &messages[i]->row;
		if (row->attached > 0 && !stands_before(messages, i)) {
			buf_printf(&b, "%s[%lld,%lld]", b.len ? "," : "[",
				   (long long)row->room, (long long)row->seq);
		}
	}
	return b.len && buf_add_lit(&b, "]") ? buf_str(&b) : STR_NONE;
}

static void give(struct message *const *messages, size_t n,
		 const struct row_attachment *rows, size_t count)
{
	for (size_t i = 0; i < n; i++) {
		const struct row_message *row = &messages[i]->row;
		if (row->attached > 0 && row->room == rows->room &&
		    row->seq == rows->seq) {
			messages[i]->attachments = rows;
			messages[i]->attachment_count = count;
		}
	}
}

enum result attachment_fill(struct db *db, const void *mem,
			    struct message *const *messages, size_t n)
{
	struct row_attachment *rows;
	struct str keys = keys_json(mem, messages, n);
	size_t count;

	if (!keys.ptr) {
		return OK;
	}
	enum result r = q_media_list(db, mem, keys, &rows, &count);
	for (size_t at = 0; r == OK && at < count;) {
		size_t end = at + 1;
		while (end < count && rows[end].room == rows[at].room &&
		       rows[end].seq == rows[at].seq) {
			end++;
		}
		give(messages, n, rows + at, end - at);
		at = end;
	}
	return r;
}
