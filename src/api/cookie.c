/* cookie.c - the cookies that sign a browser in and that let it be known again. */
#include "api/cookie.h"

#define DAY_S 86400

static const struct {
	struct str plain, https;
} names[] = {
	[COOKIE_SESSION] = { { "palabre", 7 }, { "__Host-palabre", 14 } },
	[COOKIE_DEVICE] = { { "palabre-device", 14 }, { "__Host-palabre-device", 21 } },
};

static struct str cookie_name(const struct request *req, enum cookie which)
{
	return req->https ? names[which].https : names[which].plain;
}

struct str cookie_session_name(const struct request *req)
{
	return cookie_name(req, COOKIE_SESSION);
}

struct str cookie_get(const struct request *req, enum cookie which)
{
	return request_cookie(req, cookie_name(req, which));
}

void cookie_set(struct call *c, enum cookie which, struct str value, int64_t max_age)
{
	struct str name = cookie_name(c->req, which);

	reply_header(c->reply, "Set-Cookie",
		     str_printf(c->req->mem,
				STR_FMT
				"=" STR_FMT
				"; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
				STR_ARG(name), STR_ARG(value), (long long)max_age,
				c->req->https ? "; Secure" : ""));
}

void cookie_clear(struct call *c, enum cookie which)
{
	cookie_set(c, which, STR(""), 0);
}

void cookie_renew_session(struct call *c)
{
	struct str token = cookie_get(c->req, COOKIE_SESSION);

	if (token.ptr && !request_bearer(c->req).ptr) {
		cookie_set(c, COOKIE_SESSION, token, c->app->conf->session_days * DAY_S);
	}
}
