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

/* Room for so many bytes and a comma, which is written where one is due. */
static char *begin(struct json *j, size_t len)
{
	char *at = buf_room(j->out, len + 1);

	if (at && j->comma) {
		*at++ = ',';
	}
	return at;
}

/* What was written ends before at. */
static void end(struct json *j, char *at, bool comma)
{
	*at = '\0';
	j->out->len = (size_t)(at - j->out->ptr);
	j->comma = comma;
}

static char *copy(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

static void add_literal(struct json *j, const char *text, size_t len)
{
	char *at = begin(j, len);

	if (at) {
		end(j, copy(at, text, len), true);
	}
}

void json_key(struct json *j, const char *key)
{
	size_t len = strlen(key);
	char *at = begin(j, len + 3);

	if (at) {
		*at++ = '"';
		at = copy(at, key, len);
		*at++ = '"';
		*at++ = ':';
		end(j, at, false);
	}
}

void json_add_int(struct json *j, int64_t v)
{
	before_value(j);
	buf_add_int(j->out, v);
}

void json_add_bool(struct json *j, bool v)
{
	if (v) {
		add_literal(j, "true", 4);
	} else {
		add_literal(j, "false", 5);
	}
}

void json_add_null(struct json *j)
{
	add_literal(j, "null", 4);
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
	char *at;

	if (ms <= 0) {
		json_add_null(j);
		return;
	}
	at = begin(j, CLOCK_RFC3339_SIZE + 2);
	if (at) {
		*at++ = '"';
		clock_rfc3339(ms, at);
		at += CLOCK_RFC3339_SIZE - 1;
		*at++ = '"';
		end(j, at, true);
	}
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
