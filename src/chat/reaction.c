/* reaction.c - an emoji under a message. */
#include "chat/reaction.h"

#include <talloc.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/die.h"
#include "chat/event.h"
#include "chat/member.h"

#define MAX_EMOJI_BYTES 64
#define VARIATION_EMOJI 0xfe0f
#define KEYCAP 0x20e3

/* Pictures among the characters; digits and letters become one by what follows them. */
static bool is_picture(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_SO:
	case UTF8PROC_CATEGORY_SM:
	case UTF8PROC_CATEGORY_SK:
		return c >= 0x80;
	case UTF8PROC_CATEGORY_PO:
	case UTF8PROC_CATEGORY_PD:
		return c == 0x203c || c == 0x2049 || c == 0x3030;
	default:
		return c == VARIATION_EMOJI || c == KEYCAP;
	}
}

bool reaction_is_emoji(struct str s)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)s.ptr;
	utf8proc_int32_t before = 0;
	utf8proc_int32_t state = 0;
	bool picture = false;

	if (s.len == 0 || s.len > MAX_EMOJI_BYTES) {
		return false;
	}
	for (size_t at = 0; at < s.len;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n =
			utf8proc_iterate(p + at, (utf8proc_ssize_t)(s.len - at), &c);
		if (n <= 0 ||
		    (at && utf8proc_grapheme_break_stateful(before, c, &state))) {
			return false;
		}
		picture = picture || is_picture(c);
		before = c;
		at += (size_t)n;
	}
	return picture;
}

/* An edit and the message it changed may stand in one batch. */
static bool stands_before(struct message *const *messages, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (messages[i]->row.seq == messages[at]->row.seq &&
		    messages[i]->row.room == messages[at]->row.room) {
			return true;
		}
	}
	return false;
}

/* "[[7,42],[7,43]]" of those that have reactions; STR_NONE without any. */
static struct str keys_json(const void *mem, struct message *const *messages, size_t n)
{
	struct buf b;
	bool any = false;

	buf_init(&b, mem, n * 48 + 2);
	for (size_t i = 0; i < n; i++) {
		const struct row_message *row = &messages[i]->row;
		if (row->reacted == 1 && !stands_before(messages, i)) {
			buf_printf(&b, "%s[%lld,%lld]", any ? "," : "[",
				   (long long)row->room, (long long)row->seq);
			any = true;
		}
	}
	buf_add_lit(&b, "]");
	return any ? buf_str(&b) : STR_NONE;
}

/* Where emoji stands among a message's reactions, made where it does not yet. */
static struct reaction *group_of(struct reaction *groups, size_t *count, struct str emoji)
{
	for (size_t i = 0; i < *count; i++) {
		if (str_eq(groups[i].emoji, emoji)) {
			return &groups[i];
		}
	}
	groups[*count] = (struct reaction){ .emoji = emoji };
	return &groups[(*count)++];
}

/* rows are those of this message, in order of time: emoji by their first use. */
static void group(const void *mem, struct message *m,
		  const struct row_reaction_list *rows, size_t n)
{
	struct reaction *groups =
		die_if_null(talloc_zero_array(mem, struct reaction, (unsigned)n + 1));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		group_of(groups, &count, rows[i].emoji)->count++;
	}
	for (size_t g = 0; g < count; g++) {
		int64_t *users = die_if_null(
			talloc_array(mem, int64_t, (unsigned)groups[g].count));
		size_t at = 0;
		for (size_t i = 0; i < n; i++) {
			if (str_eq(rows[i].emoji, groups[g].emoji)) {
				users[at++] = rows[i].user;
			}
		}
		groups[g].users = users;
	}
	m->reactions = groups;
	m->reaction_count = count;
}

enum result reaction_fill(struct db *db, const void *mem, struct message *const *messages,
			  size_t n)
{
	struct row_reaction_list *rows;
	struct str keys = keys_json(mem, messages, n);
	size_t count;

	if (!keys.ptr) {
		return OK;
	}
	enum result r = q_reaction_list(db, mem, keys, &rows, &count);
	for (size_t at = 0; r == OK && at < count;) {
		size_t end = at;
		while (end < count && rows[end].room == rows[at].room &&
		       rows[end].seq == rows[at].seq) {
			end++;
		}
		for (size_t i = 0; i < n; i++) {
			const struct row_message *row = &messages[i]->row;
			if (row->room == rows[at].room && row->seq == rows[at].seq) {
				group(mem, messages[i], rows + at, end - at);
			}
		}
		at = end;
	}
	return r;
}

struct setting {
	struct chat *c;
	int64_t room;
	int64_t seq;
	struct str emoji;
	bool on;
};

static enum result add(struct setting *s)
{
	struct chat *c = s->c;
	struct row_reaction_kinds *kinds;
	size_t n;

	enum result r = q_reaction_add(c->db, s->room, s->seq, s->emoji, c->user, c->now);
	if (r != OK || db_affected(c->db) == 0) {
		return r;
	}
	r = q_reaction_kinds(c->db, c->mem, s->room, s->seq, &kinds, &n);
	if (r == OK && kinds->count > REACTION_MAX_KINDS) {
		return chat_fail(c, E_FIELD, "too_many_reactions",
				 "There are enough different ones under this message.",
				 "emoji");
	}
	if (r == OK) {
		r = q_reaction_mark(c->db, s->room, s->seq);
	}
	return r == OK ? event_append(c, s->room, EVENT_REACTION, 0, s->seq,
				      str_printf(c->mem, "+" STR_FMT, STR_ARG(s->emoji)),
				      NULL)
		       : r;
}

static enum result take_back(struct setting *s)
{
	struct chat *c = s->c;

	enum result r = q_reaction_remove(c->db, s->room, s->seq, s->emoji, c->user);
	if (r != OK || db_affected(c->db) == 0) {
		return r;
	}
	return event_append(c, s->room, EVENT_REACTION, 0, s->seq,
			    str_printf(c->mem, "-" STR_FMT, STR_ARG(s->emoji)), NULL);
}

static enum result set_work(struct db *db, void *arg)
{
	struct setting *s = arg;
	struct row_message *m;
	struct access a;
	size_t n;

	enum result r = member_lock(s->c, s->room, LEVEL_MEMBER, &a);
	if (r == OK) {
		r = q_message_get(db, s->c->mem, s->room, s->seq, &m, &n);
	}
	if (r != OK) {
		return r;
	}
	if (n == 0) {
		return chat_fail(s->c, E_NOT_FOUND, "message_not_found",
				 "There is no such message.", NULL);
	}
	if (m->deleted) {
		return chat_fail(s->c, E_CONFLICT, "message_deleted",
				 "The message was deleted.", NULL);
	}
	return s->on ? add(s) : take_back(s);
}

enum result reaction_set(struct chat *c, int64_t room, int64_t seq, struct str emoji,
			 bool on, struct message *out)
{
	struct setting s = { .c = c, .room = room, .seq = seq, .emoji = emoji, .on = on };

	if (!reaction_is_emoji(emoji)) {
		return chat_fail(c, E_FIELD, "bad_emoji", "That is not one emoji.",
				 "emoji");
	}
	enum result r = db_transaction(c->db, set_work, &s);
	return r == OK ? message_get(c, room, seq, out) : r;
}
