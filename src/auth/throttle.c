/* throttle.c - guessing passwords made slow, without locking anybody out. */
#include "auth/throttle.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "auth/bucket.h"
#include "queries.h"

/* Failures of one network: a school behind one address may mistype for a while. */
static const struct bucket_rate network_rate = { 10000, 60 };

/* Failures of everybody together; a host hashes about six a second at most. */
static const struct bucket_rate global_rate = { 1000, 600 };

/* New accounts of one network. */
static const struct bucket_rate register_rate = { 20000, 200 };

#define GLOBAL_BUCKET STR("login")
#define NAME_SIZE 80

int64_t throttle_delay_s(int64_t failures)
{
	int64_t over = failures - THROTTLE_FREE;

	if (over <= 0) {
		return 0;
	}
	if (over > 9) {
		return THROTTLE_LONGEST_S;
	}
	int64_t s = INT64_C(1) << (over - 1);
	return s < THROTTLE_LONGEST_S ? s : THROTTLE_LONGEST_S;
}

void throttle_network(struct str address, char out[THROTTLE_NETWORK_SIZE])
{
	char text[INET6_ADDRSTRLEN] = "";
	struct in6_addr six;
	struct in_addr four;

	snprintf(text, sizeof text, STR_FMT, STR_ARG(address));
	if (inet_pton(AF_INET6, text, &six) == 1) {
		if (!IN6_IS_ADDR_V4MAPPED(&six)) {
			memset(six.s6_addr + 8, 0, 8);
			inet_ntop(AF_INET6, &six, text, sizeof text);
			snprintf(out, THROTTLE_NETWORK_SIZE, "%s/64", text);
			return;
		}
		memcpy(&four, six.s6_addr + 12, 4);
	} else if (inet_pton(AF_INET, text, &four) != 1) {
		snprintf(out, THROTTLE_NETWORK_SIZE, "%s", text);
		return;
	}
	four.s_addr &= htonl(0xffffff00u);
	inet_ntop(AF_INET, &four, text, sizeof text);
	snprintf(out, THROTTLE_NETWORK_SIZE, "%s/24", text);
}

/* A kind and the address's network, as the name of a bucket. */
static struct str network_name(const char *kind, struct str address, char out[NAME_SIZE])
{
	char network[THROTTLE_NETWORK_SIZE];

	throttle_network(address, network);
	snprintf(out, NAME_SIZE, "%s:%s", kind, network);
	return str_from(out);
}

#define DELAY_NAME_SIZE (1 + TOKEN_HASH_BYTES)

/* Whose failures count: "a" and a hash for the account, "n" with the network, "d" a
 * browser. */
static struct str delay_name(const struct throttle_try *t, char out[DELAY_NAME_SIZE])
{
	uint8_t hashes[2 * TOKEN_HASH_BYTES];
	char network[THROTTLE_NETWORK_SIZE];

	out[0] = t->device ? 'd' : t->network_known ? 'n' : 'a';
	if (t->device) {
		memcpy(out + 1, t->device, TOKEN_HASH_BYTES);
		return (struct str){ out, DELAY_NAME_SIZE };
	}
	token_digest(t->canonical, hashes);
	if (t->network_known) {
		throttle_network(t->address, network);
		token_digest(str_from(network), hashes + TOKEN_HASH_BYTES);
		token_digest((struct str){ (const char *)hashes, sizeof hashes }, hashes);
	}
	memcpy(out + 1, hashes, TOKEN_HASH_BYTES);
	return (struct str){ out, DELAY_NAME_SIZE };
}

struct entering {
	const void *mem;
	const struct throttle_try *t;
	int64_t *retry_s;
};

/* The delay's row, made where it is not there, locked to the end of the transaction. */
static enum result lock_delay(struct db *db, const struct entering *e, struct str name,
			      struct row_login_delay_lock **row)
{
	size_t n;
	enum result r = q_login_delay_lock(db, e->mem, name, row, &n);

	if (r == OK && n == 0) {
		r = q_login_delay_open(db, name, e->t->now);
		if (r == OK) {
			r = q_login_delay_lock(db, e->mem, name, row, &n);
		}
	}
	return r == OK && n == 0 ? E_RETRY : r;
}

static enum result enter_delay(struct db *db, const struct entering *e)
{
	char bytes[DELAY_NAME_SIZE];
	struct str name = delay_name(e->t, bytes);
	struct row_login_delay_lock *row;
	int64_t now = e->t->now;
	enum result r = lock_delay(db, e, name, &row);

	if (r != OK) {
		return r;
	}
	if (row->last < now - THROTTLE_FORGET_MS) {
		row->failures = 0;
		row->until = 0;
	}
	if (row->until > now) {
		*e->retry_s = (row->until - now + 999) / 1000;
		return E_BUSY;
	}
	int64_t failures = row->failures + 1;
	return q_login_delay_set(db, name, failures,
				 now + throttle_delay_s(failures) * 1000, now);
}

static enum result enter(struct db *db, void *arg)
{
	const struct entering *e = arg;
	char bytes[NAME_SIZE];
	enum result r = enter_delay(db, e);

	if (r == OK && !e->t->device) {
		r = bucket_take(db, e->mem, network_name("login", e->t->address, bytes),
				network_rate, e->t->now, e->retry_s);
	}
	if (r == OK && !e->t->device && !e->t->network_known) {
		r = bucket_take(db, e->mem, GLOBAL_BUCKET, global_rate, e->t->now,
				e->retry_s);
	}
	return r;
}

enum result throttle_enter(struct db *db, const struct conf *conf, const void *mem,
			   const struct throttle_try *t, int64_t *retry_s)
{
	struct entering e = { mem, t, retry_s };

	return conf->limits ? db_transaction(db, enter, &e) : OK;
}

static enum result give_back(struct db *db, const struct throttle_try *t)
{
	char bytes[NAME_SIZE];
	enum result r = OK;

	if (!t->device) {
		r = bucket_give_back(db, network_name("login", t->address, bytes),
				     network_rate);
	}
	if (r == OK && !t->device && !t->network_known) {
		r = bucket_give_back(db, GLOBAL_BUCKET, global_rate);
	}
	return r;
}

enum result throttle_succeeded(struct db *db, const struct conf *conf,
			       const struct throttle_try *t)
{
	char bytes[DELAY_NAME_SIZE];

	if (!conf->limits) {
		return OK;
	}
	enum result r = q_login_delay_forget(db, delay_name(t, bytes));
	return r == OK ? give_back(db, t) : r;
}

enum result throttle_withdraw(struct db *db, const struct conf *conf,
			      const struct throttle_try *t)
{
	char bytes[DELAY_NAME_SIZE];

	if (!conf->limits) {
		return OK;
	}
	enum result r = q_login_delay_undo(db, delay_name(t, bytes));
	return r == OK ? give_back(db, t) : r;
}

enum result throttle_register(struct db *db, const struct conf *conf, const void *mem,
			      struct str address, int64_t now, int64_t *retry_s)
{
	char bytes[NAME_SIZE];

	if (!conf->limits) {
		return OK;
	}
	return bucket_take(db, mem, network_name("register", address, bytes),
			   register_rate, now, retry_s);
}
