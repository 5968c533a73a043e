/* mention.c - who is called by name in a message. */
#include "chat/mention.h"

#include <talloc.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "queries.h"

/* More @names than this in one message call nobody further. */
#define MAX_NAMES 50

/* A canonical name of 32 code points, its quotes and comma. */
#define NAME_BYTES 200

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
	       (unsigned char)c >= 0x80;
}

/* The longest run of name characters at the start of s. */
static struct str leading_name(struct str s)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)s.ptr;
	size_t at = 0;

	while (at < s.len && is_name_byte(s.ptr[at])) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n =
			utf8proc_iterate(p + at, (utf8proc_ssize_t)(s.len - at), &c);
		if (n <= 0 ||
		    !utf8_name_characters((struct str){ s.ptr + at, (size_t)n })) {
			break;
		}
		at += (size_t)n;
	}
	return (struct str){ s.ptr, at };
}

struct names {
	struct buf json;
	int count;
	bool room;
};

static void add(const void *mem, struct names *n, struct str name)
{
	struct str canonical = utf8_canonical(mem, name);

	if (!canonical.ptr || canonical.len == 0 || canonical.len > 128 ||
	    n->count == MAX_NAMES) {
		return;
	}
	n->room = n->room || str_eq(canonical, STR("room"));
	buf_add_str(&n->json, n->count++ ? STR(",") : STR("["));
	buf_add_json(&n->json, canonical);
}

/* "@alice." may call "alice." or end a sentence with alice: whoever is there is meant. */
static void add_with_endings(const void *mem, struct names *n, struct str name)
{
	while (name.len) {
		char last = name.ptr[name.len - 1];
		add(mem, n, name);
		if (last != '.' && last != '-' && last != '_') {
			break;
		}
		name.len--;
	}
}

struct str mention_names(const void *mem, struct str body, bool *room)
{
	struct names n = { 0 };

	buf_init(&n.json, mem, (size_t)MAX_NAMES * NAME_BYTES * 6);
	for (size_t i = 0; i < body.len; i++) {
		/* Not within a word, as in an address of e-mail. */
		if (body.ptr[i] != '@' || (i && is_name_byte(body.ptr[i - 1]))) {
			continue;
		}
		struct str name = leading_name(str_from_at(body, i + 1));
		add_with_endings(mem, &n, name);
		i += name.len;
	}
	*room = n.room;
	if (n.count == 0) {
		return STR_NONE;
	}
	buf_add_lit(&n.json, "]");
	return buf_str(&n.json);
}

enum result mention_note(struct chat *c, int64_t room, int64_t seq, int64_t author,
			 enum role author_role, struct str body)
{
	bool everybody;

	if (str_index(body, '@') == body.len) {
		return OK;
	}
	struct str names = mention_names(c->mem, body, &everybody);
	if (!names.ptr) {
		return OK;
	}
	if (everybody && author_role >= ROLE_MODERATOR) {
		return q_mention_room(c->db, room, seq, author);
	}
	return q_mention_names(c->db, room, seq, author, names);
}
