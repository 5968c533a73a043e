/* utf8.c - what text we let in: valid UTF-8 (RFC 3629) without surprises. */
#include "base/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

/* More stacked marks than any language writes; what lies beyond paints over others. */
#define MAX_MARKS_IN_A_ROW 8

/* Bytes of the valid character at the front of s (RFC 3629 table), 0 if there is none. */
static size_t sequence(const unsigned char *p, size_t len, int32_t *cp)
{
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	utf8proc_ssize_t n =
		utf8proc_iterate(p, (utf8proc_ssize_t)(len > 4 ? 4 : len), cp);
	return n > 0 ? (size_t)n : 0;
}

bool utf8_valid(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t i = 0;
	int32_t cp;

	while (i < s.len) {
		size_t n = sequence(p + i, s.len - i, &cp);
		if (n == 0) {
			return false;
		}
		i += n;
	}
	return true;
}

static bool is_mark(int32_t cp)
{
	utf8proc_category_t c = utf8proc_category(cp);
	return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_ME;
}

static bool is_forbidden(int32_t cp, enum text_kind kind)
{
	if (cp == '\t' || cp == '\n') {
		return kind == TEXT_LINE;
	}
	if (cp < 0x20) {
		return true;
	}
	return kind == TEXT_LINE &&
	       ((cp >= 0x7f && cp <= 0x9f) || cp == 0x2028 || cp == 0x2029);
}

bool utf8_text(struct str s, enum text_kind kind)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t i = 0;
	int marks = 0;
	int32_t cp;

	while (i < s.len) {
		size_t n = sequence(p + i, s.len - i, &cp);
		if (n == 0 || is_forbidden(cp, kind)) {
			return false;
		}
		marks = cp >= 0x300 && is_mark(cp) ? marks + 1 : 0;
		if (marks > MAX_MARKS_IN_A_ROW) {
			return false;
		}
		i += n;
	}
	return true;
}

size_t utf8_length(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++) {
		n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	}
	return n;
}

static struct str map(const void *mem, struct str s, utf8proc_option_t options)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.ptr,
					  (utf8proc_ssize_t)s.len, &out, options);
	struct str copy = STR_NONE;
	if (n >= 0) {
		copy = str_dup(mem, (struct str){ (const char *)out, (size_t)n });
	}
	free(out);
	return copy;
}

struct str utf8_canonical(const void *mem, struct str s)
{
	return map(mem, s,
		   UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
			   UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

struct str utf8_nfkc(const void *mem, struct str s)
{
	return map(mem, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
}

static bool is_name_character(int32_t cp)
{
	if (cp == '.' || cp == '_' || cp == '-') {
		return true;
	}
	switch (utf8proc_category(cp)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
		return true;
	default:
		return false;
	}
}

bool utf8_name_characters(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t i = 0;
	int32_t cp;

	while (i < s.len) {
		size_t n = sequence(p + i, s.len - i, &cp);
		if (n == 0 || !is_name_character(cp)) {
			return false;
		}
		i += n;
	}
	return s.len > 0;
}
