/* token.h - the secrets that stand for a signed-in browser: making them, hashing them. */
#ifndef PALABRE_AUTH_TOKEN_H
#define PALABRE_AUTH_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* 32 random bytes as base64url, without padding (RFC 4648 §5). */
#define TOKEN_LENGTH 43
#define TOKEN_HASH_BYTES 32

/* A new token, NUL-terminated. It is given to the client once and stored nowhere. */
void token_new(char out[TOKEN_LENGTH + 1]);

/*
 * What the database keeps of a token: its SHA-256. A token has 256 bits of its own, so no
 * salt or slow hash is needed; found by index, a lookup tells nothing by its timing.
 * False where token is not of the form token_new() makes.
 */
bool token_hash(struct str token, uint8_t out[TOKEN_HASH_BYTES]);

/* SHA-256 of any text. */
void token_digest(struct str text, uint8_t out[TOKEN_HASH_BYTES]);

/* The hash as a parameter for a query. */
static inline struct str token_hash_str(const uint8_t hash[TOKEN_HASH_BYTES])
{
	return (struct str){ (const char *)hash, TOKEN_HASH_BYTES };
}

#endif
