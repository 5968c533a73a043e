/* uploads.c - a file comes in: looked through, cleaned, kept until a message holds it. */
#include <errno.h>
#include <stdlib.h>
#include <talloc.h>
#include <unistd.h>

#include "api/handlers.h"
#include "base/die.h"
#include "chat/attachment.h"
#include "media/cache.h"
#include "media/thumb.h"
#include "view/view.h"

#define MAX_NAME 200

struct upload_in {
	struct str name;
};

const struct input upload_input = {
	.size = sizeof(struct upload_in),
	.fields = (const struct field[]){ { "name", F_LINE, 1, MAX_NAME, 0,
					    offsetof(struct upload_in, name), NULL },
					  { .name = NULL } },
	.raw = true,
};

/* The body, and how much of it is to come. */
struct body {
	const struct request *req;
	int64_t left; /* -1: not said */
};

static ssize_t read_body(void *arg, char *out, size_t len)
{
	struct body *b = arg;

	if (b->left >= 0 && (int64_t)len > b->left) {
		len = (size_t)b->left;
	}
	if (len == 0) {
		return 0;
	}
	ssize_t n = b->req->read(b->req->read_arg, out, len);
	if (n > 0 && b->left >= 0) {
		b->left -= n;
	}
	/* Its end before the end: the client went away. */
	return n == 0 && b->left > 0 ? -1 : n;
}

static bool write_at(void *arg, int64_t at, const void *bytes, size_t len)
{
	const int *fd = arg;
	const char *from = bytes;

	while (len) {
		ssize_t n = pwrite(*fd, from, len, at);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		from += n;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* What follows the last slash of either kind; a name of ours where nothing does. */
static struct str file_name(struct call *c, const struct media *m)
{
	const struct upload_in *in = c->in;
	struct str name = in->name;

	for (size_t i = name.len; i > 0; i--) {
		if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\') {
			name = str_from_at(name, i);
			break;
		}
	}
	name = str_trim(name);
	return name.len ? name
			: str_printf(c->req->mem, "%s.%s",
				     m->type == MEDIA_PLAIN ? "file" : "picture",
				     media_type_extension(m->type));
}

static struct str make_thumb(struct call *c, const struct media *m, int fd)
{
	struct cache cache = cache_of(c->app->conf, c->req->mem);

	if (!thumb_wanted(m)) {
		return STR_NONE;
	}
	char *out = die_if_null(talloc_size(c->req->mem, THUMB_MAX_BYTES));
	size_t len = thumb_make(c->app->conf->thumb_program, cache.dir, m, fd, out);
	return len ? (struct str){ out, len } : STR_NONE;
}

static enum result keep(struct call *c, const struct media *m, struct cache_file *f)
{
	struct cache cache = cache_of(c->app->conf, c->req->mem);
	struct json *j = &c->reply->json;
	struct attachment_new new = {
		.row = {
			.name = file_name(c, m),
			.type = m->type,
			.size = m->size,
			.width = m->width,
			.height = m->height,
			.animated = m->animated,
		},
		.fd = f->fd,
		.thumb = make_thumb(c, m, f->fd),
	};

	enum result r = attachment_store(c->chat, &new);
	if (r != OK) {
		return r;
	}
	/* It will be asked for soon. */
	cache_keep(&cache, f, str_dupz(c->req->mem, new.row.token));
	json_open_object(j);
	json_key(j, "attachment");
	view_attachment(j, &new.row);
	json_close_object(j);
	return OK;
}

static enum result take(struct call *c, struct cache_file *f, struct body *body)
{
	const struct conf *conf = c->app->conf;
	struct media_limits limits = {
		.bytes = conf->upload_bytes,
		.pixels = conf->upload_pixels,
		.frames = conf->upload_frames,
		.frame_pixels = conf->upload_frame_pixels,
		.any = conf->upload_any,
	};
	struct media_fault fault = { 0 };
	struct media m;

	enum result r =
		media_copy(&limits, read_body, body, write_at, &f->fd, &m, &fault);
	if (r != OK) {
		return chat_fail(c->chat, r, fault.code, fault.message,
				 r == E_FIELD ? "file" : NULL);
	}
	return keep(c, &m, f);
}

enum result api_upload(struct call *c)
{
	struct cache cache = cache_of(c->app->conf, c->req->mem);
	struct body body = { c->req, c->req->content_length };
	struct cache_file f = { .fd = -1 };

	enum result r = OK;
	if (body.left > c->app->conf->upload_bytes) {
		r = chat_fail(c->chat, E_TOO_LARGE, "too_large", "The file is too large.",
			      NULL);
	}
	if (r == OK) {
		r = attachment_may_store(c->chat);
	}
	if (r == OK) {
		r = cache_begin(&cache, &f);
	}
	if (r == OK) {
		r = take(c, &f, &body);
	}
	cache_end(&f);
	return r;
}
