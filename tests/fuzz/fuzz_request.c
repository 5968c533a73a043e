/* fuzz_request.c - what the web server hands us of a stranger's request: cookies, tokens,
 * origins. */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "http/reply.h"
#include "http/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
	"HTTP_COOKIE",  "HTTP_AUTHORIZATION", "HTTP_ORIGIN",  "HTTP_HOST",
	"CONTENT_TYPE", "PATH_INFO",          "QUERY_STRING", "CONTENT_LENGTH",
	"SCRIPT_NAME",  "REQUEST_METHOD",     "HTTPS",        "HTTP_SEC_FETCH_SITE",
	"HTTP_RANGE",   "HTTP_X_PALABRE",
};

enum { NAMES = sizeof names / sizeof *names };

struct environment {
	const char *values[NAMES];
	struct str body;
};

static void must(bool held)
{
	if (!held) {
		abort();
	}
}

static const char *get(const char *name, void *arg)
{
	struct environment *e = arg;
	for (size_t i = 0; i < NAMES; i++) {
		if (strcmp(names[i], name) == 0) {
			return e->values[i];
		}
	}
	return NULL;
}

static ssize_t read_body(void *arg, char *out, size_t len)
{
	struct environment *e = arg;
	size_t n = e->body.len < len ? e->body.len : len;
	memcpy(out, e->body.ptr, n);
	e->body = str_from_at(e->body, n);
	return (ssize_t)n;
}

static void look(struct request *r)
{
	struct str cookie = request_cookie(r, STR("palabre"));
	struct str bearer = request_bearer(r);
	struct str body;

	must(!cookie.ptr || !memchr(cookie.ptr, ';', cookie.len));
	must(!bearer.ptr || r->authorization.ptr);
	must(bearer.len <= r->authorization.len);
	request_is_json(r);
	request_is_cross_site(r);
	if (request_body(r, 64, &body) == OK) {
		must(body.len <= 64);
	}
}

/* No header of ours can be made to hold a line end. */
static void reply_with(void *mem, struct str value)
{
	struct reply reply;
	struct buf out;

	reply_init(&reply, mem);
	bool clean = true;
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];
		clean = clean && c >= 0x20 && c != 0x7f;
	}
	must(reply_header(&reply, "X-Odd", value) == (clean && value.len < 16000));
	buf_init(&out, mem, 1 << 16);
	reply_head(&reply, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *mem = talloc_new(NULL);
	struct environment e = { .body = { "", 0 } };
	struct request r = { .read = read_body, .read_arg = &e };
	char *copy = malloc(size + 1);
	char *at = copy;

	memcpy(copy, data, size);
	copy[size] = '\0';
	/* A line a variable; a line of "-" alone: not set. */
	for (size_t i = 0; i < NAMES && at; i++) {
		char *end = memchr(at, '\n', (size_t)(copy + size - at));
		e.values[i] = *at == '-' ? NULL : at;
		if (end) {
			*end++ = '\0';
		}
		at = end;
	}
	if (at) {
		e.body = (struct str){ at, (size_t)(copy + size - at) };
	}
	request_init(&r, mem, get, &e);
	look(&r);
	r.cgi = true;
	request_init(&r, mem, get, &e);
	look(&r);
	reply_with(mem, (struct str){ copy, size });
	talloc_free(mem);
	free(copy);
	return 0;
}
