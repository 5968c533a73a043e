/* fields.c - decodes what a request carries by the table that says what it may. */
#include "http/fields.h"

#include <talloc.h>

#include "base/die.h"
#include "base/utf8.h"
#include "http/json_in.h"
#include "http/fields_value.h"

static enum result complain(const struct field *f, const char *code, const char *message,
			    struct fault *fault)
{
	fault->code = code;
	fault->message = message;
	fault->field = f->name;
	return E_FIELD;
}

static enum result wrong_type(const struct field *f, struct fault *fault)
{
	return complain(f, "wrong_type", "A field is of the wrong type.", fault);
}

static const struct field *find(const struct field *table, struct str name)
{
	for (const struct field *f = table; f && f->name; f++) {
		if (str_eq(str_from(f->name), name)) {
			return f;
		}
	}
	return NULL;
}

/* Numbers are absent until they are seen; texts are by being zeroed. */
static void set_absent(const struct field *table, void *out)
{
	for (const struct field *f = table; f && f->name; f++) {
		if (field_is_number(f->type)) {
			int64_t absent = FIELD_ABSENT;
			memcpy((char *)out + f->at, &absent, sizeof absent);
		}
	}
}

static bool is_absent(const struct field *f, const void *out)
{
	const char *at = (const char *)out + f->at;
	if (field_is_number(f->type)) {
		int64_t v;
		memcpy(&v, at, sizeof v);
		return v == FIELD_ABSENT;
	}
	if (f->type == F_TOKENS) {
		return !((const struct str_list *)(const void *)at)->given;
	}
	return !((const struct str *)(const void *)at)->ptr;
}

static enum result check_required(const struct field *table, const void *out,
				  struct fault *fault)
{
	for (const struct field *f = table; f && f->name; f++) {
		if ((f->flags & FIELD_REQUIRED) && is_absent(f, out)) {
			return complain(f, "missing_field",
					"A required field is missing.", fault);
		}
	}
	return OK;
}

static enum result put_text(const void *mem, const struct field *f, struct str s,
			    void *out, struct fault *fault)
{
	const char *wrong = field_text_wrong(f, s);
	if (wrong) {
		return complain(f, "bad_field", wrong, fault);
	}
	if (field_is_number(f->type)) {
		int64_t v;
		if (!field_number_from_text(f, s, &v)) {
			return complain(f, "bad_field",
					"A field has a value it may not have.", fault);
		}
		memcpy((char *)out + f->at, &v, sizeof v);
		return OK;
	}
	struct str copy = str_dup(mem, s);
	memcpy((char *)out + f->at, &copy, sizeof copy);
	return OK;
}

static struct str text_of(struct json_object *v)
{
	return (struct str){ json_object_get_string(v),
			     (size_t)json_object_get_string_len(v) };
}

static enum result put_list(const void *mem, const struct field *f, struct json_object *v,
			    void *out, struct fault *fault)
{
	static const struct field element = { "", F_TOKEN, 1, 64, 0, 0, NULL };

	if (!json_object_is_type(v, json_type_array)) {
		return wrong_type(f, fault);
	}
	size_t n = json_object_array_length(v);
	if ((int64_t)n > f->max) {
		return complain(f, "bad_field", "A list is too long.", fault);
	}
	struct str *list =
		die_if_null(talloc_zero_array(mem, struct str, (unsigned)n + 1));
	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_object_array_get_idx(v, i);
		if (!json_object_is_type(e, json_type_string)) {
			return wrong_type(f, fault);
		}
		if (field_text_wrong(&element, text_of(e))) {
			return complain(f, "bad_field", "A list holds a wrong entry.",
					fault);
		}
		list[i] = str_dup(mem, text_of(e));
	}
	struct str_list l = { list, n, true };
	memcpy((char *)out + f->at, &l, sizeof l);
	return OK;
}

static enum result put_number(const struct field *f, int64_t v, void *out,
			      struct fault *fault)
{
	if (f->type == F_INT && (v < f->min || v > f->max)) {
		return complain(f, "bad_field", "A number is out of range.", fault);
	}
	memcpy((char *)out + f->at, &v, sizeof v);
	return OK;
}

static enum result put_json(const void *mem, const struct field *f, struct json_object *v,
			    void *out, struct fault *fault)
{
	switch (f->type) {
	case F_INT:
		/* json-c saturates: what does not fit is out of every range of ours. */
		if (!json_object_is_type(v, json_type_int)) {
			return wrong_type(f, fault);
		}
		return put_number(f, json_object_get_int64(v), out, fault);
	case F_BOOL:
		if (!json_object_is_type(v, json_type_boolean)) {
			return wrong_type(f, fault);
		}
		return put_number(f, json_object_get_boolean(v), out, fault);
	case F_TOKENS:
		return put_list(mem, f, v, out, fault);
	default:
		if (!json_object_is_type(v, json_type_string)) {
			return wrong_type(f, fault);
		}
		return put_text(mem, f, text_of(v), out, fault);
	}
}

static enum result unknown(const void *mem, struct str name, struct fault *fault)
{
	fault->code = "unknown_field";
	fault->message = "The request has a field that is not known here.";
	fault->field = str_dupz(mem, name);
	return E_FIELD;
}

static enum result put_members(const void *mem, const struct field *table,
			       struct json_object *o, void *out, struct fault *fault)
{
	json_object_object_foreach(o, key, value)
	{
		const struct field *f = find(table, str_from(key));
		if (!f) {
			return unknown(mem, str_from(key), fault);
		}
		/* null is "not given" for what need not be. */
		if (!value && !(f->flags & FIELD_REQUIRED)) {
			continue;
		}
		enum result r = put_json(mem, f, value, out, fault);
		if (r != OK) {
			return r;
		}
	}
	return OK;
}

enum result fields_from_json(const void *mem, const struct field *table, struct str body,
			     void *out, struct fault *fault)
{
	set_absent(table, out);
	struct json_object *o = json_in_parse(body.len ? body : STR("{}"));
	if (!o) {
		fault->code = "bad_json";
		fault->message = "The body is not a well-formed JSON object.";
		return E_INVALID;
	}
	enum result r = put_members(mem, table, o, out, fault);
	json_object_put(o);
	return r == OK ? check_required(table, out, fault) : r;
}

/* Undoes %XX and "+" onto mem; STR_NONE where it is malformed or not UTF-8. */
static struct str unescape(const void *mem, struct str s)
{
	char *text = die_if_null(talloc_size(mem, s.len + 1));
	struct str out = { text, 0 };

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i] == '+' ? ' ' : s.ptr[i];
		if (c == '%') {
			int v = i + 2 < s.len ? field_hex_pair(s.ptr + i + 1) : -1;
			if (v <= 0) {
				return STR_NONE;
			}
			c = (char)v;
			i += 2;
		}
		text[out.len++] = c;
	}
	text[out.len] = '\0';
	return utf8_valid(out) ? out : STR_NONE;
}

static enum result put_pair(const void *mem, const struct field *table, struct str pair,
			    void *out, struct fault *fault)
{
	size_t at = str_index(pair, '=');
	struct str name = unescape(mem, (struct str){ pair.ptr, at });
	struct str value = unescape(mem, str_from_at(pair, at + 1));

	if (!name.ptr || !value.ptr) {
		fault->code = "bad_query";
		fault->message = "The query string is not well-formed UTF-8.";
		return E_INVALID;
	}
	const struct field *f = find(table, name);
	if (!f) {
		return unknown(mem, name, fault);
	}
	if (!is_absent(f, out)) {
		fault->code = "duplicate_field";
		fault->message = "A field stands in the query twice.";
		fault->field = f->name;
		return E_INVALID;
	}
	if (f->type == F_TOKENS) {
		return wrong_type(f, fault);
	}
	return put_text(mem, f, value, out, fault);
}

enum result fields_from_query(const void *mem, const struct field *table,
			      struct str query, void *out, struct fault *fault)
{
	set_absent(table, out);
	while (query.ptr) {
		struct str pair = str_split(&query, '&');
		if (pair.len == 0) {
			continue;
		}
		enum result r = put_pair(mem, table, pair, out, fault);
		if (r != OK) {
			return r;
		}
	}
	return check_required(table, out, fault);
}
