/* call.h - one call of the API, as its handler gets it: routed, checked, decoded. */
#ifndef PALABRE_API_CALL_H
#define PALABRE_API_CALL_H

#include "api/app.h"
#include "base/json.h"
#include "base/result.h"
#include "chat/chat.h"
#include "http/fields.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/router.h"

struct call {
	const struct app *app;
	struct request *req;
	struct reply *reply; /* status is the route's; json is the body, still empty */
	struct chat *chat;   /* user 0 where nobody is signed in; mem is the request's */
	int64_t self_room;   /* the caller's private log */
	int64_t id[ROUTE_MAX_IDS]; /* the {…} of the path, in order */
	struct str token;          /* {token} of the path */
	const void *in; /* the decoded fields: the struct of the route's input */
};

/*
 * Does the work and writes the reply's body. Anything but OK makes the reply the error
 * object, by call->chat->fault (chat_fail()) and the result.
 */
typedef enum result (*api_handler)(struct call *call);

/* What a route takes: the query's parameters of a GET, the JSON object of a POST. */
struct input {
	size_t size; /* of the struct that it is decoded into */
	const struct field *fields;
	bool raw; /* a POST whose body is a file: fields are the query's, too */
};

/*
 * Defines an input at file scope; declared in handlers.h:
 *
 *	INPUT(room_read_input, struct room_read, { "seq", F_INT, 0, MAX, FIELD_REQUIRED, …
 *})
 */
#define INPUT(variable, type, ...)                                                 \
	const struct input variable = {                                            \
		.size = sizeof(type),                                              \
		.fields = (const struct field[]){ __VA_ARGS__, { .name = NULL } }, \
	}

/* The largest number that JSON readers keep exact: 2^53 - 1. */
#define API_INT_MAX INT64_C(9007199254740991)

#endif
