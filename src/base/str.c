/* str.c - a borrowed piece of text: comparing, splitting, converting. */
#include "base/str.h"

#include <stdarg.h>
#include <talloc.h>

#include "base/die.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len) {
		return false;
	}
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.ptr[i]) != lower(b.ptr[i])) {
			return false;
		}
	}
	return true;
}

size_t str_index(struct str s, char c)
{
	const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
	return at ? (size_t)(at - s.ptr) : s.len;
}

struct str str_from_at(struct str s, size_t at)
{
	if (!s.ptr || at >= s.len) {
		return (struct str){ s.ptr ? s.ptr + s.len : "", 0 };
	}
	return (struct str){ s.ptr + at, s.len - at };
}

struct str str_trim(struct str s)
{
	while (s.len && (*s.ptr == ' ' || *s.ptr == '\t')) {
		s.ptr++;
		s.len--;
	}
	while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) {
		s.len--;
	}
	return s;
}

struct str str_split(struct str *rest, char sep)
{
	size_t at = str_index(*rest, sep);
	struct str piece = { rest->ptr, at };
	*rest = at < rest->len ? str_from_at(*rest, at + 1) : STR_NONE;
	return piece;
}

bool str_to_int(struct str s, int64_t min, int64_t max, int64_t *out)
{
	int64_t v = 0;

	if (s.len == 0 || s.len > 19) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9') {
			return false;
		}
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, s.ptr[i] - '0', &v)) {
			return false;
		}
	}
	if (v < min || v > max) {
		return false;
	}
	*out = v;
	return true;
}

char *str_dupz(const void *mem, struct str s)
{
	if (!s.ptr) {
		return NULL;
	}
	return die_if_null(talloc_strndup(mem, s.ptr, s.len));
}

struct str str_dup(const void *mem, struct str s)
{
	if (!s.ptr) {
		return STR_NONE;
	}
	char *copy = die_if_null(talloc_size(mem, s.len + 1));
	memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return (struct str){ copy, s.len };
}

struct str str_printf(const void *mem, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *z = die_if_null(talloc_vasprintf(mem, fmt, ap));
	va_end(ap);
	return str_from(z);
}
