/* fields_value.c - is one value what its field allows? */
#include "http/fields_value.h"

#include <time.h>

#include "base/clock.h"
#include "base/utf8.h"

bool field_is_number(enum field_type type)
{
	return type == F_INT || type == F_BOOL || type == F_ENUM || type == F_TIME;
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Of word characters, and of more, which may be NULL. */
static bool is_made_of(struct str s, const char *more)
{
	for (size_t i = 0; i < s.len; i++) {
		bool known = s.ptr[i] && more && strchr(more, s.ptr[i]);
		if (!known && !is_word_char(s.ptr[i])) {
			return false;
		}
	}
	return true;
}

static const char *length_wrong(const struct field *f, size_t length)
{
	if ((int64_t)length < f->min) {
		return length ? "A text is too short." : "A text is empty.";
	}
	return (int64_t)length > f->max ? "A text is too long." : NULL;
}

const char *field_text_wrong(const struct field *f, struct str s)
{
	switch (f->type) {
	case F_LINE:
		return utf8_text(s, TEXT_LINE)
			       ? length_wrong(f, utf8_length(s))
			       : "A text has a character it may not have.";
	case F_BODY:
		return utf8_text(s, TEXT_BODY)
			       ? length_wrong(f, s.len)
			       : "A text has a character it may not have.";
	case F_SECRET:
		return memchr(s.ptr, '\0', s.len)
			       ? "A text has a character it may not have."
			       : length_wrong(f, s.len);
	case F_WORD:
	case F_TOKEN:
		return is_made_of(s, f->type == F_TOKEN ? ".:" : NULL)
			       ? length_wrong(f, s.len)
			       : "A text has a character it may not have.";
	default:
		return NULL;
	}
}

static bool parse_bool(struct str s, int64_t *out)
{
	*out = str_eq(s, STR("1")) || str_eq(s, STR("true"));
	return *out || str_eq(s, STR("0")) || str_eq(s, STR("false"));
}

static bool parse_enum(const char *const *names, struct str s, int64_t *out)
{
	for (int64_t i = 0; names[i]; i++) {
		if (str_eq(s, str_from(names[i]))) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* RFC 3339 §5.6, in UTC ("Z"), with or without milliseconds; no leap seconds. */
static bool parse_time(struct str s, int64_t *out)
{
	struct tm tm = { 0 };
	char text[40], back[CLOCK_RFC3339_SIZE];
	int64_t ms = 0;

	if (s.len < 20 || s.len >= sizeof text) {
		return false;
	}
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!rest || rest != text + 19) {
		return false;
	}
	struct str tail = str_from(rest);
	if (tail.len > 1 && tail.ptr[0] == '.') {
		struct str digits = { tail.ptr + 1, tail.len - 2 };
		if (digits.len != 3 || !str_to_int(digits, 0, 999, &ms)) {
			return false;
		}
		tail = str_from_at(tail, 4);
	}
	if (!str_eq(tail, STR("Z")) && !str_eq(tail, STR("z"))) {
		return false;
	}
	/* strptime() is lenient with blanks and signs, timegm() with the 30th of
	 * February: only what reads back the same was right. */
	int64_t seconds = timegm(&tm);
	clock_rfc3339(seconds * 1000, back);
	*out = seconds * 1000 + ms;
	return memcmp(back, text, 19) == 0;
}

bool field_number_from_text(const struct field *f, struct str s, int64_t *out)
{
	switch (f->type) {
	case F_INT:
		return str_to_int(s, f->min, f->max, out);
	case F_BOOL:
		return parse_bool(s, out);
	case F_ENUM:
		return parse_enum(f->names, s, out);
	case F_TIME:
		return parse_time(s, out);
	default:
		return false;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int field_hex_pair(const char *p)
{
	int high = hex_digit(p[0]);
	int low = hex_digit(p[1]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}
