/* chat.h - what every function of the domain is given: the database, who asks, and when.
 */
#ifndef PALABRE_CHAT_CHAT_H
#define PALABRE_CHAT_CHAT_H

#include "base/conf.h"
#include "db/db.h"

/* What is said of a failure beside its result; see http/reply.h for how it is shown. */
struct chat_fault {
	const char *code;    /* "room_not_found"; NULL = by the result */
	const char *message; /* one sentence for a person; NULL = by the result */
	const char *field;
	int64_t retry_after; /* seconds */
};

struct page_cache;
struct room_cache;

struct chat {
	struct db *db;
	struct room_cache *rooms; /* of this process */
	struct page_cache *pages; /* the same */
	const struct conf *conf;
	void *mem;        /* results are put here; freed at the end of the request */
	int64_t now;      /* milliseconds since 1970 by the database's clock */
	int64_t user;     /* who asks, 0 = nobody */
	struct str claim; /* the hash of a session's token that nobody has looked up yet:
			     user is 0, and what is read must join it; STR_NONE = none */
	bool admin;
	int64_t session; /* id of the session used, 0 = none */
	bool log_grew; /* set by what appends an event: the caller wakes the hub after OK
			*/
	struct chat_fault fault;
};

/* Notes code, message and field (each may be NULL) and returns r: for `return`. */
enum result chat_fail(struct chat *c, enum result r, const char *code,
		      const char *message, const char *field);

/* E_NOT_FOUND: there is no such room, or the caller may not know of it. */
enum result chat_no_room(struct chat *c);

#endif
