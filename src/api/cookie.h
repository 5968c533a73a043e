/* cookie.h - the cookie that signs a browser in. */
#ifndef PALABRE_API_COOKIE_H
#define PALABRE_API_COOKIE_H

#include "api/call.h"

/* Adds the Set-Cookie line that signs the browser in. */
void cookie_set_session(struct call *c, struct str token);

/* Tells the browser to forget it. */
void cookie_clear_session(struct call *c);

/* Lets the cookie last its whole length again, where the request came with it. */
void cookie_renew_session(struct call *c);

#endif
