/* fields.h - tables that say what a request may carry, and the decoder that holds to
 * them. */
#ifndef PALABRE_HTTP_FIELDS_H
#define PALABRE_HTTP_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"
#include "http/reply.h"

enum field_type {
	F_LINE, /* struct str: text without control characters; min, max in code points */
	F_BODY, /* struct str: text with tabs and newlines; min, max in bytes */
	F_SECRET, /* struct str: any valid UTF-8 without NUL; min, max in bytes */
	F_TOKEN,  /* struct str: A-Z a-z 0-9 _ - . : only; min, max in bytes */
	F_WORD,   /* struct str: A-Z a-z 0-9 _ - only; min, max in bytes */
	F_INT,    /* int64_t within min, max */
	F_BOOL,   /* int64_t 0 or 1 */
	F_ENUM,   /* int64_t: index in names */
	F_TIME,   /* int64_t: RFC 3339, as milliseconds since 1970 */
	F_TOKENS, /* struct str_list: an array of at most max F_TOKENs of at most 64 bytes
		   */
};

struct str_list {
	const struct str *at;
	size_t count;
	bool given; /* absent and empty are two things */
};

/* An absent text is STR_NONE, an absent number FIELD_ABSENT. */
#define FIELD_ABSENT INT64_MIN

enum { FIELD_REQUIRED = 1 };

/* Ended by an entry without a name. */
struct field {
	const char *name;
	enum field_type type;
	int64_t min, max;
	unsigned flags;
	size_t at;                /* offset in the struct it is decoded into */
	const char *const *names; /* F_ENUM only, ended by NULL */
};

/*
 * Decode a JSON object or a query string into *out, a struct of the table's making that
 * the caller has zeroed; texts are on mem. E_INVALID: malformed (not JSON, bad UTF-8, too
 * deep, duplicate keys). E_FIELD: a field is wrong, missing or unknown; fault names it.
 */
enum result fields_from_json(const void *mem, const struct field *table, struct str body,
			     void *out, struct fault *fault);
enum result fields_from_query(const void *mem, const struct field *table,
			      struct str query, void *out, struct fault *fault);

#endif
