/* password.c - hashing and checking passwords with scrypt (RFC 7914), by libscrypt. */
#include "auth/password.h"

#include <libscrypt.h>
#include <openssl/crypto.h>
#include <stdio.h>

#include "auth/slot.h"
#include "base/log.h"

/* $s1$, the cost in six hex digits, salt and hash in base64. */
#define PREFIX "$s1$"
#define PREFIX_LENGTH 4
#define COST_LENGTH 6

#define ALLOWED_LOG_N_MIN 10
#define ALLOWED_LOG_N_MAX 17
#define ALLOWED_R 8
#define ALLOWED_WORK (INT64_C(2) << 17) /* N · p */

/* Of no password: what an unknown name is checked against. */
#define NOBODY                                                                           \
	"$cGFsYWJyZSBub2JvZHkuLg==$"                                                     \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAA=="

static bool hex_byte(const char *at, int64_t *out)
{
	static const char digits[] = "0123456789abcdef";
	const char *high = memchr(digits, at[0], 16);
	const char *low = memchr(digits, at[1], 16);

	if (!high || !low) {
		return false;
	}
	*out = (high - digits) * 16 + (low - digits);
	return true;
}

static bool is_setting(const struct conf *conf, const struct password_cost *c)
{
	return c->log_n == conf->scrypt_log_n && c->r == conf->scrypt_r &&
	       c->p == conf->scrypt_p;
}

bool password_cost(const struct conf *conf, struct str stored, struct password_cost *out)
{
	if (!stored.ptr || stored.len >= SCRYPT_MCF_LEN ||
	    stored.len < PREFIX_LENGTH + COST_LENGTH ||
	    !str_starts(stored, STR(PREFIX)) ||
	    !hex_byte(stored.ptr + PREFIX_LENGTH, &out->log_n) ||
	    !hex_byte(stored.ptr + PREFIX_LENGTH + 2, &out->r) ||
	    !hex_byte(stored.ptr + PREFIX_LENGTH + 4, &out->p)) {
		return false;
	}
	if (is_setting(conf, out)) {
		return true;
	}
	return out->log_n >= ALLOWED_LOG_N_MIN && out->log_n <= ALLOWED_LOG_N_MAX &&
	       out->r == ALLOWED_R && out->p >= 1 && out->p << out->log_n <= ALLOWED_WORK;
}

bool password_is_current(const struct conf *conf, struct str stored)
{
	struct password_cost c;

	return password_cost(conf, stored, &c) && is_setting(conf, &c);
}

/* A NUL-terminated copy, as libscrypt wants it. False where it does not fit or holds NUL.
 */
static bool copy_password(struct str password, char out[PASSWORD_MAX_BYTES + 1])
{
	if (password.len > PASSWORD_MAX_BYTES ||
	    memchr(password.ptr, '\0', password.len)) {
		return false;
	}
	memcpy(out, password.ptr, password.len);
	out[password.len] = '\0';
	return true;
}

enum result password_hash(const struct conf *conf, const void *mem, struct str password,
			  struct str *out)
{
	char plain[PASSWORD_MAX_BYTES + 1];
	char mcf[SCRYPT_MCF_LEN + 1] = "";
	int slot;

	if (!copy_password(password, plain)) {
		return E_INVALID;
	}
	enum result r = slot_take(conf->run_dir, &slot);
	if (r == OK) {
		if (libscrypt_hash(mcf, plain, UINT32_C(1) << conf->scrypt_log_n,
				   (uint8_t)conf->scrypt_r,
				   (uint8_t)conf->scrypt_p) > 0) {
			*out = str_dup(mem, str_from(mcf));
		} else {
			log_error("scrypt_failed", "why", "not the memory for a hashing",
				  NULL);
			r = E_UNAVAILABLE;
		}
		slot_release(slot);
	}
	OPENSSL_cleanse(plain, sizeof plain);
	OPENSSL_cleanse(mcf, sizeof mcf);
	return r;
}

/* Runs libscrypt on a copy, which it destroys. */
static enum result check_in_slot(const char *mcf, const char *plain)
{
	char copy[SCRYPT_MCF_LEN + 1];

	snprintf(copy, sizeof copy, "%s", mcf);
	int answer = libscrypt_check(copy, plain);
	OPENSSL_cleanse(copy, sizeof copy);
	if (answer < 0) {
		log_error("scrypt_failed", "why", "not the memory for a hashing", NULL);
		return E_UNAVAILABLE;
	}
	return answer > 0 ? OK : E_AUTH;
}

enum result password_check(const struct conf *conf, struct str stored,
			   struct str password)
{
	char plain[PASSWORD_MAX_BYTES + 1];
	char mcf[SCRYPT_MCF_LEN + 1];
	struct password_cost cost;
	int slot;
	bool known = stored.ptr != NULL;

	if (known && !password_cost(conf, stored, &cost)) {
		log_error("password_hash_refused", "why", "its cost is not allowed",
			  NULL);
		known = false;
	}
	if (known) {
		snprintf(mcf, sizeof mcf, STR_FMT, STR_ARG(stored));
	} else {
		snprintf(mcf, sizeof mcf, PREFIX "%02x%02x%02x" NOBODY,
			 (unsigned)conf->scrypt_log_n & 255,
			 (unsigned)conf->scrypt_r & 255, (unsigned)conf->scrypt_p & 255);
	}
	if (!copy_password(password, plain)) {
		return E_AUTH;
	}
	enum result r = slot_take(conf->run_dir, &slot);
	if (r == OK) {
		r = check_in_slot(mcf, plain);
		slot_release(slot);
	}
	OPENSSL_cleanse(plain, sizeof plain);
	OPENSSL_cleanse(mcf, sizeof mcf);
	return r == OK && !known ? E_AUTH : r;
}
