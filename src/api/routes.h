/* routes.h - the table of all endpoints. */
#ifndef PALABRE_API_ROUTES_H
#define PALABRE_API_ROUTES_H

#include "api/call.h"

enum auth {
	AUTH_SITE,  /* anybody, but never from another site's page: login and register */
	AUTH_USER,  /* a live session */
	AUTH_READ,  /* the same; the query that reads may look at it (chat.claim) */
	AUTH_MAYBE, /* a session where a token is sent; the handler decides */
};

struct route {
	enum method method;
	const char *pattern; /* see http/router.h */
	enum auth auth;
	int status; /* on success, unless the handler says otherwise */
	api_handler handler;
	const struct input *input; /* NULL: takes nothing, and refuses what is sent */
};

const struct route *api_routes(size_t *count);

/* One line per route, "POST api/v1/rooms/{id}/messages user", into out. */
void api_routes_print(struct buf *out);

#endif
