/* request.c - one HTTP request, whatever gateway it came through. */
#include "http/request.h"

#include <strings.h>
#include <talloc.h>

#include "base/buf.h"

static struct str var(request_getenv get, void *arg, const char *name)
{
	return str_from(get(name, arg));
}

static enum method parse_method(struct str s)
{
	if (str_eq(s, STR("GET"))) {
		return METHOD_GET;
	}
	return str_eq(s, STR("POST")) ? METHOD_POST : METHOD_OTHER;
}

/* Cuts what comes before "api/v1/" or "stream/": the base differs from host to host. */
static struct str below_base(struct str path)
{
	static const struct str marks[] = { { "/api/v1/", 8 }, { "/stream/", 8 } };

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		const char *at =
			path.len ? memmem(path.ptr, path.len, marks[i].ptr, marks[i].len)
				 : NULL;
		if (at) {
			return str_from_at(path, (size_t)(at - path.ptr) + 1);
		}
	}
	return str_from_at(path, path.len && path.ptr[0] == '/' ? 1 : 0);
}

/*
 * Under CGI the path is PATH_INFO. Under FastCGI web servers differ in how they share it
 * between SCRIPT_NAME and PATH_INFO; together they are always the whole.
 */
static struct str full_path(void *mem, request_getenv get, void *arg, bool cgi)
{
	struct str info = var(get, arg, "PATH_INFO");
	if (cgi) {
		return info;
	}
	struct str script = var(get, arg, "SCRIPT_NAME");
	return str_printf(mem, STR_FMT STR_FMT, STR_ARG(script), STR_ARG(info));
}

void request_init(struct request *r, void *mem, request_getenv get, void *arg)
{
	struct str https = var(get, arg, "HTTPS");
	bool cgi = r->cgi;

	r->mem = mem;
	r->method = parse_method(var(get, arg, "REQUEST_METHOD"));
	r->path = below_base(full_path(mem, get, arg, cgi));
	r->script = var(get, arg, "SCRIPT_NAME");
	r->no_path = cgi && !var(get, arg, "PATH_INFO").len;
	r->query = var(get, arg, "QUERY_STRING");
	r->content_type = var(get, arg, "CONTENT_TYPE");
	r->content_length = -1;
	str_to_int(var(get, arg, "CONTENT_LENGTH"), 0, INT64_MAX, &r->content_length);
	r->cookie = var(get, arg, "HTTP_COOKIE");
	r->authorization = var(get, arg, "HTTP_AUTHORIZATION");
	r->host = var(get, arg, "HTTP_HOST");
	r->origin = var(get, arg, "HTTP_ORIGIN");
	r->sec_fetch_site = var(get, arg, "HTTP_SEC_FETCH_SITE");
	r->last_event_id = var(get, arg, "HTTP_LAST_EVENT_ID");
	r->user_agent = var(get, arg, "HTTP_USER_AGENT");
	r->x_palabre = var(get, arg, "HTTP_X_PALABRE");
	r->range = var(get, arg, "HTTP_RANGE");
	r->if_none_match = var(get, arg, "HTTP_IF_NONE_MATCH");
	r->if_range = var(get, arg, "HTTP_IF_RANGE");
	r->address = var(get, arg, "REMOTE_ADDR");
	r->https = https.len && !str_eq_nocase(https, STR("off"));
}

enum result request_body(const struct request *r, size_t max, struct str *body)
{
	struct buf b;
	size_t want = r->content_length < 0 ? SIZE_MAX : (size_t)r->content_length;

	*body = STR("");
	if (r->content_length > (int64_t)max) {
		return E_TOO_LARGE;
	}
	buf_init(&b, r->mem, max + 1);
	while (b.len < want) {
		size_t step = want - b.len < 4096 ? want - b.len : 4096;
		size_t room = b.max - b.len < step ? b.max - b.len : step;
		if (room == 0) {
			return E_TOO_LARGE;
		}
		ssize_t n = r->read(r->read_arg, buf_reserve(&b, room), room);
		if (n < 0 || (n == 0 && r->content_length >= 0)) {
			return E_INVALID;
		}
		if (n == 0) {
			break;
		}
		b.len += (size_t)n;
	}
	if (b.len > max) {
		return E_TOO_LARGE;
	}
	*body = buf_str(&b);
	return OK;
}

struct str request_cookie(const struct request *r, struct str name)
{
	struct str rest = r->cookie;

	while (rest.ptr) {
		struct str pair = str_trim(str_split(&rest, ';'));
		size_t at = str_index(pair, '=');
		if (at < pair.len && str_eq((struct str){ pair.ptr, at }, name)) {
			return str_from_at(pair, at + 1);
		}
	}
	return STR_NONE;
}

struct str request_bearer(const struct request *r)
{
	struct str a = r->authorization;
	struct str scheme = { a.ptr, a.len < 7 ? a.len : 7 };

	if (!a.ptr || !str_eq_nocase(scheme, STR("Bearer "))) {
		return STR_NONE;
	}
	return str_trim(str_from_at(a, 7));
}

struct str request_session_name(const struct request *r)
{
	return r->https ? STR("__Host-palabre") : STR("palabre");
}

struct str request_session_cookie(const struct request *r)
{
	return request_cookie(r, request_session_name(r));
}

struct str request_token(const struct request *r, bool *by_cookie)
{
	struct str token = request_bearer(r);

	if (by_cookie) {
		*by_cookie = !token.ptr;
	}
	return token.ptr ? token : request_session_cookie(r);
}

bool request_is_json(const struct request *r)
{
	struct str rest = r->content_type;
	return rest.ptr &&
	       str_eq_nocase(str_trim(str_split(&rest, ';')), STR("application/json"));
}

/* host[:port] of an Origin (RFC 6454 §7); "null" and nonsense give STR_NONE. */
static struct str origin_host(struct str origin)
{
	const char *at = origin.len ? memmem(origin.ptr, origin.len, "://", 3) : NULL;
	return at ? str_from_at(origin, (size_t)(at - origin.ptr) + 3) : STR_NONE;
}

bool request_is_cross_site(const struct request *r)
{
	if (r->sec_fetch_site.len) {
		return !str_eq(r->sec_fetch_site, STR("same-origin")) &&
		       !str_eq(r->sec_fetch_site, STR("none"));
	}
	if (r->origin.len) {
		struct str host = origin_host(r->origin);
		return !host.len || !str_eq_nocase(host, r->host);
	}
	return false;
}
