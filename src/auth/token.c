/* token.c - the secrets that stand for a signed-in browser: making them, hashing them. */
#include "auth/token.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "base/rand.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void token_new(char out[TOKEN_LENGTH + 1])
{
	uint8_t bytes[32];
	uint32_t bits = 0;
	int held = 0;
	size_t at = 0;

	rand_bytes(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++) {
		bits = bits << 8 | bytes[i];
		for (held += 8; held >= 6; held -= 6) {
			out[at++] = alphabet[bits >> (held - 6) & 63];
		}
	}
	out[at++] = alphabet[bits << (6 - held) & 63];
	out[at] = '\0';
	OPENSSL_cleanse(bytes, sizeof bytes);
}

bool token_hash(struct str token, uint8_t out[TOKEN_HASH_BYTES])
{
	if (!token.ptr || token.len != TOKEN_LENGTH) {
		return false;
	}
	for (size_t i = 0; i < token.len; i++) {
		if (!memchr(alphabet, token.ptr[i], sizeof alphabet - 1)) {
			return false;
		}
	}
	token_digest(token, out);
	return true;
}

void token_digest(struct str text, uint8_t out[TOKEN_HASH_BYTES])
{
	SHA256((const uint8_t *)text.ptr, text.len, out);
}
