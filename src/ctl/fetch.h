/* fetch.h - one HTTP request at a time, over a connection that is kept. */
#ifndef PALABRE_CTL_FETCH_H
#define PALABRE_CTL_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct fetcher;

struct fetch {
	const char *path;   /* relative to the base */
	const char *method; /* NULL: GET */
	const char *body;   /* JSON; NULL: none */
	const char *token;  /* NULL: nobody in particular */
	int64_t timeout_ms;
	/* Called with all that has come, at each piece; false ends the request. */
	bool (*more)(void *arg, struct str text);
	void *arg;

	int64_t status;   /* out: 0 where nobody answered */
	struct buf text;  /* out: the body, cut where it is longer than FETCH_TEXT_MAX */
	struct buf head;  /* out: header lines */
	int64_t took_ms;  /* out: from the request to the end of its answer */
	const char *http; /* out: "HTTP/1.1" */
	bool timed_out;   /* out */
	char error[256];  /* out: why nobody answered or it did not end well; "" = well */
};

#define FETCH_TEXT_MAX (1u << 20)

/* base gets its last slash where it has none. NULL: it is no http or https URL. */
struct fetcher *fetcher_create(const void *mem, const char *base);
void fetcher_destroy(struct fetcher *f);

/* Fills what is out in x, whose text and head are on mem of the fetcher. */
void fetch_run(struct fetcher *f, struct fetch *x);

/* The value of a header, "" where there is none. */
struct str fetch_header(const struct fetch *x, const char *name);

#endif
