/* buf.h - a growing buffer with a ceiling. */
#ifndef PALABRE_BASE_BUF_H
#define PALABRE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Bytes past the ceiling are not taken and mark the buffer as full. */
struct buf {
	char *ptr;
	size_t len;
	size_t cap;
	size_t max; /* the ceiling, in bytes */
	bool full;
	const void *mem; /* the talloc context it grows on */
};

/* An empty buffer on mem that grows to at most max bytes. Nothing is allocated yet. */
void buf_init(struct buf *b, const void *mem, size_t max);

/* False, and nothing added, when the ceiling would be passed. */
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_add_str(struct buf *b, struct str s);
bool buf_add_int(struct buf *b, int64_t v);
#define buf_add_lit(b, literal) buf_add((b), (literal), sizeof(literal) - 1)

bool buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Room for at least len more bytes at ptr + len; the caller then adds to b->len itself.
 * NULL past the ceiling. */
char *buf_reserve(struct buf *b, size_t len);

/* The same, quick where the room is there already, as it mostly is. */
static inline char *buf_room(struct buf *b, size_t len)
{
	return len < b->cap - b->len ? b->ptr + b->len : buf_reserve(b, len);
}

/* s as a JSON string with its quotes (RFC 8259). U+2028 and U+2029 are escaped, so that
 * the text is one line to every reader. s must be valid UTF-8. */
bool buf_add_json(struct buf *b, struct str s);

static inline struct str buf_str(const struct buf *b)
{
	return (struct str){ b->ptr ? b->ptr : "", b->len };
}

#endif
