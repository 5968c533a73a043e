/* password.h - hashing and checking passwords with scrypt (RFC 7914). */
#ifndef PALABRE_AUTH_PASSWORD_H
#define PALABRE_AUTH_PASSWORD_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/result.h"
#include "base/str.h"

#define PASSWORD_MIN_BYTES 8
#define PASSWORD_MAX_BYTES 128

/* scrypt's cost: N = 2^log_n, taking 128 · r · N bytes of memory. */
struct password_cost {
	int64_t log_n, r, p;
};

/*
 * The cost that a stored hash names, "$s1$LLRRPP$salt$hash". False where it is of another
 * form or not allowed: a row that somebody wrote must not make us take gigabytes or
 * minutes. Allowed are the setting's own cost, and what was reasonable at some time: r 8,
 * N up to 2^17 (128 MiB), no more work than twice that of the default.
 */
bool password_cost(const struct conf *conf, struct str stored, struct password_cost *out);

/* Is cost what the settings ask for now? If not, the hash is to be made anew at sign-in.
 */
bool password_is_current(const struct conf *conf, struct str stored);

/*
 * The hash to store, on mem. E_UNAVAILABLE where no slot is free (auth/slot.h) or there
 * is not the memory.
 */
enum result password_hash(const struct conf *conf, const void *mem, struct str password,
			  struct str *out);

/*
 * OK: right. E_AUTH: wrong. E_UNAVAILABLE as above, never taken for wrong. stored
 * STR_NONE (nobody of that name) takes as long as a stored hash of today's cost, and is
 * wrong.
 */
enum result password_check(const struct conf *conf, struct str stored,
			   struct str password);

#endif
