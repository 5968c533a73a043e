/* json.c - writes JSON (RFC 8259) into a buffer, commas included. */
#include "base/json.h"

#include "base/clock.h"

static void before_value(struct json *j)
{
	if (j->comma) {
		buf_add_lit(j->out, ",");
	}
	j->comma = true;
}

static void open_with(struct json *j, char c)
{
	before_value(j);
	buf_add(j->out, &c, 1);
	j->comma = false;
}

static void close_with(struct json *j, char c)
{
	buf_add(j->out, &c, 1);
	j->comma = true;
}

void json_open_object(struct json *j)
{
	open_with(j, '{');
}

void json_close_object(struct json *j)
{
	close_with(j, '}');
}

void json_open_array(struct json *j)
{
	open_with(j, '[');
}

void json_close_array(struct json *j)
{
	close_with(j, ']');
}

/* "key": in one piece: half of all that is written are keys. */
void json_key(struct json *j, const char *key)
{
	size_t len = strlen(key);
	char *at = buf_reserve(j->out, len + 4);

	if (!at) {
		return;
	}
	char *start = at;
	if (j->comma) {
		*at++ = ',';
	}
	*at++ = '"';
	memcpy(at, key, len);
	at += len;
	*at++ = '"';
	*at++ = ':';
	*at = '\0';
	j->out->len += (size_t)(at - start);
	j->comma = false;
}

void json_add_int(struct json *j, int64_t v)
{
	before_value(j);
	buf_add_int(j->out, v);
}

void json_add_bool(struct json *j, bool v)
{
	before_value(j);
	buf_add_str(j->out, v ? STR("true") : STR("false"));
}

void json_add_null(struct json *j)
{
	before_value(j);
	buf_add_lit(j->out, "null");
}

void json_add_str(struct json *j, struct str s)
{
	if (!s.ptr) {
		json_add_null(j);
		return;
	}
	before_value(j);
	buf_add_json(j->out, s);
}

void json_add_time(struct json *j, int64_t ms)
{
	char text[CLOCK_RFC3339_SIZE + 2] = "\"";

	if (ms <= 0) {
		json_add_null(j);
		return;
	}
	clock_rfc3339(ms, text + 1);
	text[CLOCK_RFC3339_SIZE] = '"';
	before_value(j);
	buf_add(j->out, text, CLOCK_RFC3339_SIZE + 1);
}

void json_add_raw(struct json *j, struct str text)
{
	before_value(j);
	buf_add_str(j->out, text);
}

void json_put_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_add_int(j, v);
}

void json_put_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_add_bool(j, v);
}

void json_put_null(struct json *j, const char *key)
{
	json_key(j, key);
	json_add_null(j);
}

void json_put_str(struct json *j, const char *key, struct str s)
{
	json_key(j, key);
	json_add_str(j, s);
}

void json_put_time(struct json *j, const char *key, int64_t ms)
{
	json_key(j, key);
	json_add_time(j, ms);
}
