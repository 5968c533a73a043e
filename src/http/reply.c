/* reply.c - what is sent back: status, headers, body; and the one shape of errors. */
#include "http/reply.h"

#include <errno.h>
#include <unistd.h>

struct meaning {
	int status;
	const char *code;
	const char *message;
};

static const struct meaning meanings[] = {
	[OK] = { 200, "ok", "OK" },
	[E_INVALID] = { 400, "malformed", "The request is not well-formed." },
	[E_FIELD] = { 422, "bad_field", "A field is wrong, missing or unknown." },
	[E_AUTH] = { 401, "not_signed_in", "Sign in first." },
	[E_FORBIDDEN] = { 403, "not_allowed", "You may not do this." },
	[E_NOT_FOUND] = { 404, "not_found", "There is nothing here." },
	[E_CONFLICT] = { 409, "conflict",
			 "This is already there or was changed meanwhile." },
	[E_TOO_LARGE] = { 413, "too_large", "The request is too large." },
	[E_MEDIA] = { 415, "wrong_content_type", "Send application/json." },
	[E_BUSY] = { 429, "too_many_requests", "Too many requests. Wait a little." },
	[E_UNAVAILABLE] = { 503, "unavailable",
			    "The server can't do this now. Try again soon." },
	[E_FULL] = { 507, "storage_full", "The server's storage is full." },
	[E_INTERNAL] = { 500, "internal", "The server made a mistake." },
	[E_RETRY] = { 503, "unavailable",
		      "The server can't do this now. Try again soon." },
	[E_DUPLICATE] = { 409, "conflict", "This is already there." },
	[E_UNKNOWN] = { 503, "unavailable",
			"The server can't do this now. Try again soon." },
};

_Static_assert(sizeof meanings / sizeof *meanings == E_UNKNOWN + 1,
	       "a meaning for each result");

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
	{ 507, "Insufficient Storage" },
};

void reply_init(struct reply *r, void *mem)
{
	*r = (struct reply){
		.status = 200,
		.content_type = STR("application/json"),
		.cache_control = STR("private, no-store"),
	};
	buf_init(&r->headers, mem, 16384);
	buf_init(&r->body, mem, REPLY_MAX_BYTES);
	r->json = json_into(&r->body);
}

bool reply_header(struct reply *r, const char *name, struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];
		if (c < 0x20 || c == 0x7f) {
			return false;
		}
	}
	return buf_printf(&r->headers, "%s: " STR_FMT "\r\n", name, STR_ARG(value));
}

static void write_error(struct reply *r, const struct fault *f)
{
	struct json *j = &r->json;

	reply_finish(r);
	r->body.len = 0;
	r->body.full = false;
	*j = json_into(&r->body);
	r->content_type = STR("application/json");
	r->cache_control = STR("private, no-store");
	json_open_object(j);
	json_key(j, "error");
	json_open_object(j);
	json_put_str(j, "code", str_from(f->code));
	json_put_str(j, "message", str_from(f->message));
	if (f->field) {
		json_put_str(j, "field", str_from(f->field));
	}
	json_close_object(j);
	json_close_object(j);
}

void reply_error_status(struct reply *r, int status, const struct fault *fault)
{
	r->status = status;
	r->headers.len = 0;
	if (status == 429 || status == 503) {
		buf_printf(&r->headers, "Retry-After: %d\r\n",
			   (int)(fault->retry_after > 0 ? fault->retry_after : 1));
	}
	write_error(r, fault);
}

void reply_error(struct reply *r, enum result result, const struct fault *fault)
{
	const struct meaning *m = &meanings[result];
	struct fault f = fault ? *fault : (struct fault){ 0 };

	f.code = f.code ? f.code : m->code;
	f.message = f.message ? f.message : m->message;
	reply_error_status(r, m->status, &f);
}

static const char *reason(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		if (reasons[i].status == status) {
			return reasons[i].reason;
		}
	}
	return "Unknown";
}

void reply_file(struct reply *r, int fd, int64_t at, int64_t len)
{
	r->has_file = true;
	r->file = fd;
	r->file_at = at;
	r->file_len = len;
}

size_t reply_file_read(struct reply *r, char *out, size_t len)
{
	size_t want = (int64_t)len < r->file_len ? len : (size_t)r->file_len;
	ssize_t n;

	if (!r->has_file || r->sendfile.ptr || want == 0) {
		return 0;
	}
	do {
		n = pread(r->file, out, want, r->file_at);
	} while (n < 0 && errno == EINTR);
	if (n <= 0) {
		return 0;
	}
	r->file_at += n;
	r->file_len -= n;
	return (size_t)n;
}

void reply_finish(struct reply *r)
{
	if (r->has_file) {
		close(r->file);
		r->has_file = false;
	}
}

/* Whoever sends the file says how long it is (RFC 9110 §8.6 forbids 0 for a 304). */
static void put_length(const struct reply *r, struct buf *out)
{
	if (r->status == 304) {
		return;
	}
	if (!r->has_file) {
		buf_printf(out, "Content-Length: %zu\r\n", r->body.len);
	} else if (!r->sendfile.ptr) {
		buf_printf(out, "Content-Length: %lld\r\n", (long long)r->file_len);
	} else if (r->status == 206) {
		buf_printf(out, "X-Sendfile2: " STR_FMT " %lld-%lld\r\n",
			   STR_ARG(r->sendfile), (long long)r->file_at,
			   (long long)(r->file_at + r->file_len - 1));
	} else {
		buf_printf(out, "X-Sendfile: " STR_FMT "\r\n", STR_ARG(r->sendfile));
	}
}

void reply_head(const struct reply *r, struct buf *out)
{
	buf_printf(out, "Status: %d %s\r\n", r->status, reason(r->status));
	buf_printf(out, "Content-Type: " STR_FMT "\r\n", STR_ARG(r->content_type));
	buf_printf(out, "Cache-Control: " STR_FMT "\r\n", STR_ARG(r->cache_control));
	put_length(r, out);
	buf_add_lit(out, "X-Content-Type-Options: nosniff\r\n"
			 "Cross-Origin-Resource-Policy: same-origin\r\n");
	buf_add_str(out, buf_str(&r->headers));
	buf_add_lit(out, "\r\n");
}
