/* json_in.h - reads a JSON object from outside, strictly. */
#ifndef PALABRE_HTTP_JSON_IN_H
#define PALABRE_HTTP_JSON_IN_H

#include <json-c/json_object.h>
#include <json-c/linkhash.h>

#include "base/str.h"

#define JSON_MAX_DEPTH 16

/*
 * Parses text (RFC 8259) whose top is an object. NULL unless it is valid UTF-8 (json-c
 * lets overlong forms and surrogates pass), no deeper than JSON_MAX_DEPTH, without
 * duplicate keys, NUL, raw control characters or NaN, and without anything behind it. The
 * caller puts it.
 */
struct json_object *json_in_parse(struct str text);

#endif
