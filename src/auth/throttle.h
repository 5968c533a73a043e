/* throttle.h - guessing passwords made slow, without locking anybody out. */
#ifndef PALABRE_AUTH_THROTTLE_H
#define PALABRE_AUTH_THROTTLE_H

#include "auth/token.h"
#include "base/conf.h"
#include "db/db.h"

/*
 * How it works (THREATS 6 to 9). Each try is entered as a failure before the password is
 * hashed, and taken back where it was right; so parallel tries can't get in between.
 *
 * - By account name, known or not: the first THROTTLE_FREE failures cost nothing, then
 * one has to wait 1, 2, 4 … seconds, never more than THROTTLE_LONGEST_S: a delay, no
 * lock. A day without a failure, or a sign-in that succeeds, forgets them.
 * - A browser that still has a live session of that account, and a network (/24 of IPv4,
 *   /64 of IPv6) from which it was signed in to lately, are delayed by their own failures
 *   alone, so that others' guessing keeps nobody out.
 * - By network, and for all together, a bucket of failures. Neither is for those
 * browsers, the one for all not for those networks.
 */
#define THROTTLE_FREE 5
#define THROTTLE_LONGEST_S 300
#define THROTTLE_FORGET_MS (24 * INT64_C(3600000))

struct throttle_try {
	struct str canonical;  /* the account's name, canonical; need not exist */
	struct str address;    /* the caller's IP address */
	const uint8_t *device; /* SHA-256 that stands for a known browser; NULL = none */
	bool network_known;    /* the account was signed in to from there lately */
	int64_t now;           /* the database's clock, in milliseconds */
};

/* Seconds to wait after so many failures. */
int64_t throttle_delay_s(int64_t failures);

#define THROTTLE_NETWORK_SIZE 56

/* "10.1.2.0/24" or "2001:db8:0:1::/64"; IPv4 in IPv6 counts as IPv4. What is no address
 * stays. */
void throttle_network(struct str address, char out[THROTTLE_NETWORK_SIZE]);

/*
 * Enters a try. E_BUSY: it may not be made now; *retry_s says when, and nothing was
 * entered. Where conf->limits is off nothing is done.
 */
enum result throttle_enter(struct db *db, const struct conf *conf, const void *mem,
			   const struct throttle_try *t, int64_t *retry_s);

/* The password was right: forgets the account's or the device's failures. */
enum result throttle_succeeded(struct db *db, const struct conf *conf,
			       const struct throttle_try *t);

/* No hashing could be done: as if it had not been tried. */
enum result throttle_withdraw(struct db *db, const struct conf *conf,
			      const struct throttle_try *t);

/* May this network register one more account? E_BUSY as above. */
enum result throttle_register(struct db *db, const struct conf *conf, const void *mem,
			      struct str address, int64_t now, int64_t *retry_s);

#endif
