/* json_in.c - reads a JSON object from outside, strictly. */
#include "http/json_in.h"

#include <json-c/json_tokener.h>

#include "base/utf8.h"

/* What json-c is too kind to, found by one pass over the text before it is parsed. */
struct scan {
	struct str text;
	size_t at;
	int depth;
};

/* The four hex digits at p as a number, -1 where they are none. */
static int hex4(const char *p)
{
	int v = 0;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int d = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;
		if (d < 0) {
			return -1;
		}
		v = v * 16 + d;
	}
	return v;
}

/* A \uXXXX at s->at: surrogates must come in pairs, and U+0000 not at all. */
static bool scan_escape(struct scan *s)
{
	const char *p = s->text.ptr + s->at;
	size_t left = s->text.len - s->at;

	if (left < 2 || p[1] != 'u') {
		s->at += 2;
		return left >= 2;
	}
	int v = left >= 6 ? hex4(p + 2) : -1;
	if (v <= 0 || (v >= 0xdc00 && v <= 0xdfff)) {
		return false;
	}
	s->at += 6;
	if (v < 0xd800 || v > 0xdbff) {
		return true;
	}
	int low = left >= 12 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
	s->at += 6;
	return low >= 0xdc00 && low <= 0xdfff;
}

/* From the opening quote to past the closing one. */
static bool scan_string(struct scan *s)
{
	s->at++;
	while (s->at < s->text.len) {
		unsigned char c = (unsigned char)s->text.ptr[s->at];
		if (c == '"') {
			s->at++;
			return true;
		}
		if (c < 0x20) {
			return false;
		}
		if (c == '\\') {
			if (!scan_escape(s)) {
				return false;
			}
			continue;
		}
		s->at++;
	}
	return false;
}

/* Past the digits at s->at; false where there are none. */
static bool scan_digits(struct scan *s)
{
	size_t start = s->at;
	while (s->at < s->text.len && s->text.ptr[s->at] >= '0' &&
	       s->text.ptr[s->at] <= '9') {
		s->at++;
	}
	return s->at > start;
}

static bool scan_one_of(struct scan *s, const char *set)
{
	if (s->at < s->text.len && s->text.ptr[s->at] &&
	    strchr(set, s->text.ptr[s->at])) {
		s->at++;
		return true;
	}
	return false;
}

/* RFC 8259 §6: json-c lets "-01" pass. */
static bool scan_number(struct scan *s)
{
	scan_one_of(s, "-");
	if (!scan_one_of(s, "0") && !scan_digits(s)) {
		return false;
	}
	if (scan_one_of(s, ".") && !scan_digits(s)) {
		return false;
	}
	if (scan_one_of(s, "eE")) {
		scan_one_of(s, "+-");
		if (!scan_digits(s)) {
			return false;
		}
	}
	return !scan_one_of(s, "0123456789");
}

static bool scan_all(struct scan *s)
{
	while (s->at < s->text.len) {
		char c = s->text.ptr[s->at];
		if (c == '"') {
			if (!scan_string(s)) {
				return false;
			}
			continue;
		}
		if (c == '-' || (c >= '0' && c <= '9')) {
			if (!scan_number(s)) {
				return false;
			}
			continue;
		}
		/* NaN, Infinity, comments and single quotes: json-c may take them. */
		if (c == 'N' || c == 'I' || c == '/' || c == '\'' || c == '\0') {
			return false;
		}
		if ((c == '{' || c == '[') && ++s->depth > JSON_MAX_DEPTH) {
			return false;
		}
		if (c == '}' || c == ']') {
			s->depth--;
		}
		s->at++;
	}
	return true;
}

/* Number of members json-c kept, objects within objects and arrays included. */
static size_t count_members(struct json_object *o)
{
	size_t n = 0;

	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value)
		{
			(void)key;
			n += 1 + count_members(value);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++) {
			n += count_members(json_object_array_get_idx(o, i));
		}
	}
	return n;
}

/* Number of members written: the colons outside strings. json-c drops duplicate keys, so
 * where it kept fewer, a key stood there twice. */
static size_t count_colons(struct str text)
{
	struct scan s = { .text = text };
	size_t n = 0;

	while (s.at < text.len) {
		if (text.ptr[s.at] == '"') {
			scan_string(&s);
			continue;
		}
		n += text.ptr[s.at] == ':';
		s.at++;
	}
	return n;
}

/* Is there nothing but white space from at on? json-c stops at the object's end. */
static bool only_blanks(struct str text, size_t at)
{
	for (; at < text.len; at++) {
		if (!memchr(" \t\r\n", text.ptr[at], 4)) {
			return false;
		}
	}
	return true;
}

struct json_object *json_in_parse(struct str text)
{
	struct scan s = { .text = text };

	if (text.len == 0 || text.len > INT32_MAX || !utf8_valid(text) || !scan_all(&s)) {
		return NULL;
	}
	struct json_tokener *tok = json_tokener_new_ex(JSON_MAX_DEPTH + 2);
	if (!tok) {
		return NULL;
	}
	json_tokener_set_flags(tok,
			       JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	struct json_object *o = json_tokener_parse_ex(tok, text.ptr, (int)text.len);
	bool good = o && json_tokener_get_error(tok) == json_tokener_success &&
		    only_blanks(text, json_tokener_get_parse_end(tok)) &&
		    json_object_is_type(o, json_type_object) &&
		    count_members(o) == count_colons(text);
	json_tokener_free(tok);
	if (!good) {
		json_object_put(o);
		return NULL;
	}
	return o;
}
