/* cookie.h - the cookie that signs a browser in. */
#ifndef PALABRE_API_COOKIE_H
#define PALABRE_API_COOKIE_H

#include "api/call.h"

/*
 * "palabre", or "__Host-palabre" over HTTPS: a name that browsers hold to this very host
 * (RFC 6265bis §4.1.3.2).
 */
struct str cookie_session_name(const struct request *req);

/* The token that the browser sent; STR_NONE without. */
struct str cookie_session(const struct request *req);

/* Adds the Set-Cookie line that signs the browser in. */
void cookie_set_session(struct call *c, struct str token);

/* Tells the browser to forget it. */
void cookie_clear_session(struct call *c);

/* Lets the cookie last its whole length again, where the request came with it. */
void cookie_renew_session(struct call *c);

#endif
