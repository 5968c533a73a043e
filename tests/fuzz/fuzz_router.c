/* fuzz_router.c - paths against patterns: ids are numbers that every JSON reader keeps
 * exact. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held) {
		abort();
	}
}

/* The path that pattern and ids stand for is the one that matched. */
static void one_id(struct str path)
{
	int64_t ids[ROUTE_MAX_IDS] = { 0 };
	struct str token = STR_NONE;
	char back[64];

	if (router_match("rooms/{id}/messages/{seq}", path, ids, &token)) {
		for (int i = 0; i < 2; i++) {
			must(ids[i] >= 1 && ids[i] <= INT64_C(9007199254740991));
		}
		int n = snprintf(back, sizeof back, "rooms/%" PRId64 "/messages/%" PRId64,
				 ids[0], ids[1]);
		must(str_eq(path, (struct str){ back, (size_t)n }));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const patterns[] = { "me", "rooms", "rooms/public",
						"rooms/{id}" };
	char *copy = malloc(size + !size);
	struct str path = { copy, size };
	int64_t ids[ROUTE_MAX_IDS];
	struct str token = STR_NONE;

	memcpy(copy, data, size);
	one_id(path);
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		if (router_match(patterns[i], path, ids, &token)) {
			must(i == 3 || str_eq(path, str_from(patterns[i])));
		}
	}
	if (router_match("files/{token}/thumb", path, ids, &token)) {
		must(token.len > 0 && token.len + 12 == size);
		must(!memchr(token.ptr, '/', token.len) &&
		     !memchr(token.ptr, '.', token.len));
	}
	free(copy);
	return 0;
}
