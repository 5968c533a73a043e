/* files.c - files go out: to whom may see them, whole or in part, or not again. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/handlers.h"
#include "base/log.h"
#include "chat/attachment.h"
#include "http/range.h"
#include "media/cache.h"
#include "media/thumb.h"

/* What a name never changes. */
#define FOR_EVER STR("private, max-age=31536000, immutable")

_Static_assert(CACHE_NAME == ATTACHMENT_TOKEN, "the cache calls a file by its token");

/* One of the two forms of an attachment. */
struct form {
	enum attachment_kind kind;
	int64_t size;
	enum media_type type;
	char name[CACHE_NAME + sizeof CACHE_SMALL]; /* in the cache */
};

static void choose(const struct row_media *f, struct str token,
		   enum attachment_kind wanted, struct form *out)
{
	/* What is small, or could not be made small, stands for itself. */
	bool thumb = wanted == ATTACHMENT_THUMB && f->thumb > 0;

	out->kind = thumb ? ATTACHMENT_THUMB : ATTACHMENT_FILE;
	out->size = thumb ? f->thumb : f->size;
	out->type = thumb ? THUMB_TYPE : (enum media_type)f->type;
	snprintf(out->name, sizeof out->name, STR_FMT "%s", STR_ARG(token),
		 thumb ? CACHE_SMALL : "");
}

/* A descriptor of the file, from the cache or put there; the reason where there is none.
 */
static enum result open_form(struct call *c, int64_t id, const struct form *form, int *fd)
{
	struct cache cache = cache_of(c->app->conf, c->req->mem);
	struct cache_file f;
	struct stat st;

	*fd = cache_open(&cache, form->name);
	if (*fd >= 0 && fstat(*fd, &st) == 0 && st.st_size == form->size) {
		return OK;
	}
	if (*fd >= 0) {
		close(*fd);
	}
	enum result r = cache_begin(&cache, &f);
	if (r == OK) {
		r = attachment_read(c->chat->db, id, form->kind, form->size, f.fd);
	}
	if (r == OK && cache_keep(&cache, &f, form->name)) {
		*fd = f.fd;
		f.fd = -1;
	} else if (r == OK) {
		r = E_UNAVAILABLE;
	}
	if (r == E_NOT_FOUND) {
		log_error("file_incomplete", "name", form->name, NULL);
	}
	cache_end(&f);
	return r;
}

static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* A name for old and for new clients (RFC 6266 §5, RFC 5987). */
static void put_disposition(struct call *c, struct str name, bool picture)
{
	struct buf b;

	buf_init(&b, c->req->mem, 4096);
	buf_add_str(&b, picture ? STR("inline") : STR("attachment"));
	buf_add_lit(&b, "; filename=\"");
	for (size_t i = 0; i < name.len; i++) {
		char ch = name.ptr[i];
		/* One sign for each character, however many bytes it has. */
		if (((unsigned char)ch & 0xc0) != 0x80) {
			ch = plain(ch) || ch == ' ' ? ch : '_';
			buf_add(&b, &ch, 1);
		}
	}
	buf_add_lit(&b, "\"; filename*=UTF-8''");
	for (size_t i = 0; i < name.len; i++) {
		if (plain(name.ptr[i])) {
			buf_add(&b, name.ptr + i, 1);
		} else {
			buf_printf(&b, "%%%02X", (unsigned char)name.ptr[i]);
		}
	}
	reply_header(c->reply, "Content-Disposition", buf_str(&b));
}

static void put_headers(struct call *c, const struct row_media *f,
			const struct form *form, struct str tag)
{
	c->reply->cache_control = FOR_EVER;
	c->reply->content_type = str_from(media_type_name(form->type));
	reply_header(c->reply, "ETag", tag);
	reply_header(c->reply, "Accept-Ranges", STR("bytes"));
	reply_header(c->reply, "Content-Security-Policy",
		     STR("sandbox; default-src 'none'"));
	put_disposition(c, f->name, form->type != MEDIA_PLAIN);
}

static enum result send_form(struct call *c, int64_t id, const struct form *form,
			     struct str tag)
{
	const struct request *req = c->req;
	struct cache cache = cache_of(c->app->conf, c->req->mem);
	int64_t at = 0, len = form->size;
	char path[PATH_MAX];
	int fd;

	enum range range = RANGE_WHOLE;
	if (!req->if_range.ptr || str_eq(req->if_range, tag)) {
		range = range_parse(req->range, form->size, &at, &len);
	}
	if (range == RANGE_OUTSIDE) {
		static const struct fault fault = {
			.code = "range_not_satisfiable",
			.message = "The file is not that long.",
		};
		reply_error_status(c->reply, 416, &fault);
		reply_header(c->reply, "Content-Range",
			     str_printf(req->mem, "bytes */%lld", (long long)form->size));
		return OK;
	}
	enum result r = open_form(c, id, form, &fd);
	if (r != OK) {
		return r;
	}
	if (range == RANGE_PART) {
		c->reply->status = 206;
		reply_header(c->reply, "Content-Range",
			     str_printf(req->mem, "bytes %lld-%lld/%lld", (long long)at,
					(long long)(at + len - 1),
					(long long)form->size));
	}
	reply_file(c->reply, fd, at, len);
	if (!req->cgi && c->app->conf->sendfile && cache_path(&cache, form->name, path)) {
		c->reply->sendfile = str_dup(req->mem, str_from(path));
	}
	return OK;
}

static enum result serve(struct call *c, enum attachment_kind wanted)
{
	struct row_media *f;
	struct form form;

	enum result r = attachment_find(c->chat, c->token, &f);
	if (r != OK) {
		return r;
	}
	choose(f, c->token, wanted, &form);
	struct str tag = str_printf(c->req->mem, "\"%s\"", form.name);
	put_headers(c, f, &form, tag);
	if (range_tag_listed(c->req->if_none_match, tag)) {
		c->reply->status = 304;
		return OK;
	}
	return send_form(c, f->id, &form, tag);
}

enum result api_file(struct call *c)
{
	return serve(c, ATTACHMENT_FILE);
}

enum result api_file_thumb(struct call *c)
{
	return serve(c, ATTACHMENT_THUMB);
}
