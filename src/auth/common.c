/* common.c - passwords that everybody tries first. */
#include "auth/common.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "auth/common_list.h"

#define LONGEST 32

_Static_assert(sizeof common_list / sizeof *common_list == COMMON_COUNT,
	       "the list holds as many as we say");

static int compare(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

bool common_password(struct str password)
{
	char lower[LONGEST + 1];

	if (password.len > LONGEST) {
		return false;
	}
	for (size_t i = 0; i < password.len; i++) {
		char c = password.ptr[i];
		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	lower[password.len] = '\0';
	bool found =
		bsearch(lower, common_list, COMMON_COUNT, sizeof *common_list, compare);
	OPENSSL_cleanse(lower, sizeof lower);
	return found;
}

const char *common_at(size_t i)
{
	return common_list[i];
}
