/* fuzz_utf8.c - text checks against a slow decoder written from RFC 3629's table, and
 * JSON out. */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "http/json_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held) {
		abort();
	}
}

/* One code point at p by arithmetic; its length, 0 where there is none. */
static size_t decode(const uint8_t *p, size_t left, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80    ? 1
		   : p[0] >= 0xf0 ? 4
		   : p[0] >= 0xe0 ? 3
		   : p[0] >= 0xc0 ? 2
				  : 0;

	if (n == 0 || n > left || p[0] >= 0xf8) {
		return 0;
	}
	*cp = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
		*cp = *cp << 6 | (p[i] & 0x3f);
	}
	bool good = *cp >= least[n] && *cp <= 0x10ffff && (*cp < 0xd800 || *cp > 0xdfff);
	return good ? n : 0;
}

static bool reference(const uint8_t *p, size_t size, size_t *length, bool *control)
{
	*length = 0;
	*control = false;
	for (size_t at = 0; at < size;) {
		uint32_t cp;
		size_t n = decode(p + at, size - at, &cp);
		if (n == 0) {
			return false;
		}
		*control |= cp < 0x20 && cp != '\t' && cp != '\n';
		at += n;
		++*length;
	}
	return true;
}

/* Text → JSON → text gives the same, in one line without controls. */
static void round_trip(void *mem, struct str s)
{
	struct buf b;

	buf_init(&b, mem, 1 << 20);
	must(buf_add_lit(&b, "{\"a\":") && buf_add_json(&b, s) && buf_add_lit(&b, "}"));
	for (size_t i = 0; i < b.len; i++) {
		must((unsigned char)b.ptr[i] >= 0x20);
	}
	must(!memmem(b.ptr, b.len, "\xe2\x80\xa8", 3) &&
	     !memmem(b.ptr, b.len, "\xe2\x80\xa9", 3));
	if (memchr(s.ptr, '\0', s.len)) {
		return; /* json_in refuses U+0000, however it is written */
	}
	struct json_object *o = json_in_parse(buf_str(&b));
	must(o);
	struct json_object *v = json_object_object_get(o, "a");
	must((size_t)json_object_get_string_len(v) == s.len &&
	     memcmp(json_object_get_string(v), s.ptr, s.len) == 0);
	json_object_put(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *mem = talloc_new(NULL);
	char *copy = malloc(size + !size);
	struct str s = { copy, size };
	size_t length;
	bool control;

	memcpy(copy, data, size);
	bool valid = reference(data, size, &length, &control);
	must(utf8_valid(s) == valid);
	bool line = utf8_text(s, TEXT_LINE), body = utf8_text(s, TEXT_BODY);
	must(valid || (!line && !body));
	must(!line || body);
	must(!body || !control);
	if (valid) {
		must(utf8_length(s) == length);
		struct str c = utf8_canonical(mem, s), k = utf8_nfkc(mem, s);
		must(!c.ptr || utf8_valid(c));
		must(!k.ptr || utf8_valid(k));
		utf8_name_characters(s);
		round_trip(mem, s);
	}
	talloc_free(mem);
	free(copy);
	return 0;
}
