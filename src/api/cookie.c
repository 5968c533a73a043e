/* cookie.c - the cookie that signs a browser in. */
#include "api/cookie.h"

#define DAY_S 86400

static void set(struct call *c, struct str token, int64_t max_age)
{
	struct str name = request_session_name(c->req);

	reply_header(c->reply, "Set-Cookie",
		     str_printf(c->req->mem,
				STR_FMT
				"=" STR_FMT
				"; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
				STR_ARG(name), STR_ARG(token), (long long)max_age,
				c->req->https ? "; Secure" : ""));
}

void cookie_set_session(struct call *c, struct str token)
{
	set(c, token, c->app->conf->session_days * DAY_S);
}

void cookie_clear_session(struct call *c)
{
	set(c, STR(""), 0);
}

void cookie_renew_session(struct call *c)
{
	bool by_cookie;
	struct str token = request_token(c->req, &by_cookie);

	if (token.ptr && by_cookie) {
		cookie_set_session(c, token);
	}
}
