/* cookie.h - the cookies that sign a browser in and that let it be known again. */
#ifndef PALABRE_API_COOKIE_H
#define PALABRE_API_COOKIE_H

#include "api/call.h"

/*
 * Over HTTPS their names begin with "__Host-", which browsers then hold to this very host
 * (RFC 6265bis §4.1.3.2).
 */
enum cookie {
	COOKIE_SESSION, /* PROTOCOL §1 */
	COOKIE_DEVICE,  /* this browser has signed in before: see auth/throttle.h */
};

/* "palabre", or "__Host-palabre" over HTTPS. */
struct str cookie_session_name(const struct request *req);

/* The value the browser sent; STR_NONE without. */
struct str cookie_get(const struct request *req, enum cookie which);

/* Adds the Set-Cookie line that gives it value for max_age seconds. */
void cookie_set(struct call *c, enum cookie which, struct str value, int64_t max_age);

/* Tells the browser to forget it. */
void cookie_clear(struct call *c, enum cookie which);

/* Lets the session's cookie last its whole length again, where the request came with it.
 */
void cookie_renew_session(struct call *c);

#endif
