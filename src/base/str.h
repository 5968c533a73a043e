/* str.h - a borrowed piece of text: pointer and length, not NUL-terminated. */
#ifndef PALABRE_BASE_STR_H
#define PALABRE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ptr NULL means "none" (SQL NULL, field absent); "" has a pointer and length 0. */
struct str {
	const char *ptr;
	size_t len;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

static inline struct str str_from(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && memcmp(s.ptr, prefix.ptr, prefix.len) == 0;
}

/* ASCII only. */
bool str_eq_nocase(struct str a, struct str b);

/* Position of c, or s.len where it does not stand in s. */
size_t str_index(struct str s, char c);

/* s from position at on; empty past its end. */
struct str str_from_at(struct str s, size_t at);

/* Without leading and trailing ASCII blanks. */
struct str str_trim(struct str s);

/*
 * Takes everything up to the next sep off the front of *rest and returns it.
 * *rest becomes STR_NONE after the last piece.
 */
struct str str_split(struct str *rest, char sep);

/* Decimal digits only, the whole of s, within min..max. False leaves *out alone. */
bool str_to_int(struct str s, int64_t min, int64_t max, int64_t *out);

/* A NUL-terminated copy on the talloc context mem. NULL stays NULL. */
char *str_dupz(const void *mem, struct str s);

/* A copy on the talloc context mem (NUL-terminated past its length). */
struct str str_dup(const void *mem, struct str s);

/* printf into a new piece of memory on mem. Never fails: out of memory ends us. */
struct str str_printf(const void *mem, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
