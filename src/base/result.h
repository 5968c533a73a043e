/* result.h - the one enum that says how a call ended. */
#ifndef PALABRE_BASE_RESULT_H
#define PALABRE_BASE_RESULT_H

/*
 * Out of memory is not listed: it ends the process (the web server starts it again).
 * Only what comes from outside (input, database, files) is returned.
 */
enum result {
	OK = 0,
	E_INVALID,     /* malformed input: 400 */
	E_FIELD,       /* a field is wrong, missing or unknown: 422 */
	E_AUTH,        /* not signed in, or wrong name or password: 401 */
	E_FORBIDDEN,   /* signed in, but not allowed to do this: 403 */
	E_NOT_FOUND,   /* does not exist, or may not be seen: 404 */
	E_CONFLICT,    /* already there, or changed meanwhile: 409 */
	E_TOO_LARGE,   /* over a size limit: 413 */
	E_MEDIA,       /* wrong content type: 415 */
	E_BUSY,        /* over a rate limit: 429 with Retry-After */
	E_UNAVAILABLE, /* database or another resource gone: 503 with Retry-After */
	E_FULL,        /* storage is full: 507 */
	E_INTERNAL,    /* our own mistake: 500, logged */
	E_RETRY, /* inside the database layer only: the transaction may be run again */
	E_DUPLICATE, /* a unique key is taken; the caller turns it into what it means */
	E_UNKNOWN,   /* a COMMIT was sent and its answer lost: it may or may not have
			happened */
};

#endif
