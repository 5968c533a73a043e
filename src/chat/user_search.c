/* user_search.c - accounts by the beginning of their name or display name. */
#include <talloc.h>

#include "base/buf.h"
#include "base/die.h"
#include "base/utf8.h"
#include "chat/user.h"

/* Of a pattern: a query of 64 characters with each of them escaped. */
#define PATTERN_MAX_BYTES 2048

/* What begins with prefix, for LIKE (whose escape is the backslash in both servers). */
static struct str like_pattern(const void *mem, struct str prefix)
{
	struct buf b;

	buf_init(&b, mem, PATTERN_MAX_BYTES);
	for (size_t i = 0; i < prefix.len; i++) {
		if (memchr("%_\\", prefix.ptr[i], 3)) {
			buf_add_lit(&b, "\\");
		}
		buf_add(&b, prefix.ptr + i, 1);
	}
	buf_add_lit(&b, "%");
	return buf_str(&b);
}

/* Everything that begins with prefix sorts before this: UTF-8 has no byte 0xff. */
static struct str past_prefix(const void *mem, struct str prefix)
{
	return str_printf(mem, STR_FMT "\xff", STR_ARG(prefix));
}

enum result user_search(struct chat *c, struct str prefix, int64_t limit,
			struct user **out, size_t *count)
{
	struct str canonical = utf8_canonical(c->mem, prefix);
	struct row_user *rows;

	*count = 0;
	*out = NULL;
	if (!canonical.ptr) {
		return OK;
	}
	enum result r =
		q_user_search(c->db, c->mem, canonical, past_prefix(c->mem, canonical),
			      like_pattern(c->mem, prefix), limit, &rows, count);
	if (r != OK) {
		return r;
	}
	*out = die_if_null(talloc_array(c->mem, struct user, *count + 1));
	for (size_t i = 0; i < *count; i++) {
		(*out)[i] = user_from_row(&rows[i]);
	}
	return OK;
}
