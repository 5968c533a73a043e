/* buf.c - a growing buffer with a ceiling. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <talloc.h>

#include "base/die.h"

void buf_init(struct buf *b, const void *mem, size_t max)
{
	*b = (struct buf){ .mem = mem, .max = max };
}

char *buf_reserve(struct buf *b, size_t len)
{
	if (len > b->max - b->len) {
		b->full = true;
		return NULL;
	}
	if (b->len + len + 1 > b->cap) {
		size_t cap = b->cap ? b->cap : 512;
		while (cap < b->len + len + 1) {
			cap *= 2;
		}
		/* Never past the ceiling: where there is room, it may be used. */
		cap = cap > b->max ? b->max + 1 : cap;
		b->ptr = die_if_null(talloc_realloc_size(b->mem, b->ptr, cap));
		b->cap = cap;
	}
	return b->ptr + b->len;
}

bool buf_add(struct buf *b, const void *bytes, size_t len)
{
	char *at = buf_room(b, len);
	if (!at) {
		return false;
	}
	if (len) {
		memcpy(at, bytes, len);
	}
	b->len += len;
	b->ptr[b->len] = '\0';
	return true;
}

bool buf_add_str(struct buf *b, struct str s)
{
	return buf_add(b, s.ptr, s.len);
}

bool buf_add_int(struct buf *b, int64_t v)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do {
		digits[--at] = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (v < 0) {
		digits[--at] = '-';
	}
	return buf_add(b, digits + at, sizeof digits - at);
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int need = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *at = need < 0 ? NULL : buf_reserve(b, (size_t)need);
	if (!at) {
		return false;
	}
	va_start(ap, fmt);
	vsnprintf(at, (size_t)need + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)need;
	return true;
}

/* Bytes that may need an escape: the controls up to 0x1f are looked at by their value. */
static const bool special[256] = {
	['"'] = true, ['\\'] = true, [0x7f] = true, [0xe2] = true
};

/* How many bytes at the front of s need no escape. */
static size_t plain_run(struct str s)
{
	size_t i = 0;
	while (i < s.len) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c < 0x20 || special[c]) {
			break;
		}
		i++;
	}
	return i;
}

static bool is_line_separator(struct str s)
{
	return s.len >= 3 && (unsigned char)s.ptr[1] == 0x80 &&
	       ((unsigned char)s.ptr[2] | 1) == 0xa9;
}

/* Adds the escaped form of the character at the front of s; returns the bytes it took. */
static size_t add_escaped(struct buf *b, struct str s)
{
	unsigned char c = (unsigned char)s.ptr[0];

	switch (c) {
	case '"':
		buf_add_lit(b, "\\\"");
		return 1;
	case '\\':
		buf_add_lit(b, "\\\\");
		return 1;
	case '\n':
		buf_add_lit(b, "\\n");
		return 1;
	case '\t':
		buf_add_lit(b, "\\t");
		return 1;
	case 0xe2:
		if (is_line_separator(s)) {
			buf_printf(b, "\\u20%02x", (unsigned char)s.ptr[2] - 0x80);
			return 3;
		}
		buf_add(b, s.ptr, 1);
		return 1;
	default:
		buf_printf(b, "\\u%04x", c);
		return 1;
	}
}

bool buf_add_json(struct buf *b, struct str s)
{
	buf_add_lit(b, "\"");
	while (s.len && !b->full) {
		size_t run = plain_run(s);
		buf_add(b, s.ptr, run);
		s = str_from_at(s, run);
		if (s.len) {
			s = str_from_at(s, add_escaped(b, s));
		}
	}
	buf_add_lit(b, "\"");
	return !b->full;
}
