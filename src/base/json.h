/* json.h - writes JSON (RFC 8259) into a buffer, commas included. Reading is json_in's.
 */
#ifndef PALABRE_BASE_JSON_H
#define PALABRE_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct json {
	struct buf *out;
	bool comma; /* a value stands before: the next one needs a comma */
};

static inline struct json json_into(struct buf *out)
{
	return (struct json){ .out = out };
}

void json_open_object(struct json *j);
void json_close_object(struct json *j);
void json_open_array(struct json *j);
void json_close_array(struct json *j);

/* key is one of our own constants: written as it is. */
void json_key(struct json *j, const char *key);

/* Values: an element of an array, or what a key stands for. */
void json_add_int(struct json *j, int64_t v);
void json_add_bool(struct json *j, bool v);
void json_add_null(struct json *j);
void json_add_str(struct json *j,
		  struct str s); /* STR_NONE is null; must be valid UTF-8 */
void json_add_time(struct json *j, int64_t ms);     /* RFC 3339; 0 or less is null */
void json_add_raw(struct json *j, struct str text); /* text is JSON already */

/* A key and its value. */
void json_put_int(struct json *j, const char *key, int64_t v);
void json_put_bool(struct json *j, const char *key, bool v);
void json_put_null(struct json *j, const char *key);
void json_put_str(struct json *j, const char *key, struct str s);
void json_put_time(struct json *j, const char *key, int64_t ms);

#endif
