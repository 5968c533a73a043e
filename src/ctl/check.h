/* check.h - what selftest's checks are made of. */
#ifndef PALABRE_CTL_CHECK_H
#define PALABRE_CTL_CHECK_H

#include "ctl/ctl.h"

enum verdict {
	CHECK_GOOD,
	CHECK_WARNING, /* it works, but not as well or as safely as it could */
	CHECK_BAD,     /* something will not work, or messages can be lost */
};

struct checks {
	struct ctl *c;
	int count[3]; /* by verdict */
};

/* Notes one result. topic is a word, the text a sentence for the admin. */
void check_note(struct checks *k, enum verdict v, const char *topic, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* CHECK_GOOD where it holds, else v. The text says what is there, good or bad. */
#define check_that(k, holds, v, ...) \
	check_note((k), (holds) ? CHECK_GOOD : (v), __VA_ARGS__)

/* The families of checks. */
void check_database(struct checks *k);
void check_host(struct checks *k);
void check_web(struct checks *k);

/*
 * Through that URL: who answers, what becomes of verbs, of a stream, and of a connection
 * that is quiet for so many seconds (0: left out, 50 at most). Writes "checks" and
 * "advice". False, and nothing done, where it is no http or https URL.
 */
bool check_url(struct checks *k, const char *url, int64_t quiet);

#endif
