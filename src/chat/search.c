/*
 * search.c - finding messages by their words, in the rooms one is in.
 *
 * The full-text index knows nothing of rooms and time: for a word that stands in every
 * tenth of a million messages it takes seconds to tell the newest fifty. So where there
 * is much to search, the newest messages are simply read first (about a microsecond
 * each), which finds common words; only what is rare there is left to the index, which is
 * fast for rare words. It reads all it has of each word it is asked for, so where one of
 * several is rare it is asked for that one alone.
 */
#include "chat/search.h"

#include <talloc.h>

#include "base/die.h"
#include "chat/member.h"
#include "chat/words.h"

/* So many messages are read rather than looked up. */
#define WINDOW 40000

/* A word in no more of them is rare: of a million, hardly a thousand have it. */
#define RARE 40

/* Rows fetched where some of them will be dropped here. */
#define ENOUGH_ROWS 1000

struct finding {
	struct chat *c;
	const struct search *s;
	struct words words;
	struct str pattern;
	const struct row_message **kept; /* newest first */
	size_t count;
	bool complete;       /* nothing older than what is kept was left out */
	size_t with_longest; /* of those read, the messages with the longest word */
};

/* Keeps the rows that hold all words; check is false where the index has seen to that. */
static void keep(struct finding *f, const struct row_message *rows, size_t n,
		 size_t asked, bool check)
{
	f->kept = die_if_null(
		talloc_array(f->c->mem, const struct row_message *, (unsigned)n + 1));
	f->count = 0;
	f->complete = n < asked;
	for (size_t i = 0; i < n; i++) {
		if (!check || words_match(f->c->mem, &f->words, rows[i].body)) {
			f->kept[f->count++] = &rows[i];
		}
	}
}

static bool enough(const struct finding *f)
{
	return f->complete || f->count > (size_t)f->s->limit;
}

/* Of what the index finds, the rows are checked where query leaves words out. */
static enum result ask_index(struct finding *f, struct str query, bool check)
{
	const struct search *s = f->s;
	int64_t asked = check ? ENOUGH_ROWS : s->limit + 1;
	struct row_message *rows;
	size_t n;

	enum result r = q_search_index(f->c->db, f->c->mem, f->c->user, s->room, s->from,
				       s->before, query, asked, &rows, &n);
	if (r == OK) {
		keep(f, rows, n, (size_t)asked, check);
	}
	return r;
}

static enum result by_index(struct finding *f)
{
	return ask_index(f, words_query(f->c->mem, &f->words),
			 f->words.indexed_count < f->words.count);
}

/* What was read stands for all messages only where it was not one person's, and where few
 * are in rooms of others. */
static bool is_rare(const struct finding *f, const struct row_search_scope *scope)
{
	return f->with_longest <= RARE && !f->s->room && !f->s->from &&
	       scope->mine >= scope->about / 2;
}

/* Leaves what there is where the longest is not in the index. */
static enum result by_rare_word(struct finding *f)
{
	struct str query = words_query_longest(f->c->mem, &f->words);

	return query.len ? ask_index(f, query, true) : OK;
}

static enum result by_rooms(struct finding *f)
{
	const struct search *s = f->s;
	struct row_message *rows;
	size_t n;

	enum result r = q_search_rooms(f->c->db, f->c->mem, f->c->user, s->room, s->from,
				       s->before, f->pattern, ENOUGH_ROWS, &rows, &n);
	if (r == OK) {
		keep(f, rows, n, ENOUGH_ROWS, true);
		f->with_longest = n;
	}
	return r;
}

static enum result by_recent(struct finding *f)
{
	const struct search *s = f->s;
	struct row_message *rows;
	size_t n;

	enum result r =
		q_search_recent(f->c->db, f->c->mem, f->c->user, s->room, s->from,
				s->before, f->pattern, WINDOW, ENOUGH_ROWS, &rows, &n);
	if (r == OK) {
		keep(f, rows, n, ENOUGH_ROWS, true);
		f->complete = false;
		f->with_longest = n;
	}
	return r;
}

static enum result find(struct finding *f, const struct row_search_scope *scope)
{
	bool indexed = f->words.indexed_count > 0;
	enum result r;

	if (indexed && scope->all <= WINDOW) {
		return by_index(f);
	}
	r = scope->mine <= WINDOW ? by_rooms(f) : by_recent(f);
	if (r != OK || enough(f) || !indexed) {
		return r;
	}
	if (f->words.count > 1 && is_rare(f, scope)) {
		r = by_rare_word(f);
	}
	return r == OK && !enough(f) ? by_index(f) : r;
}

/* The page ends before the messages that share their time with the first one left out. */
static size_t page_end(const struct finding *f)
{
	size_t limit = (size_t)f->s->limit;
	size_t end = limit;

	if (f->count <= limit) {
		return f->count;
	}
	while (end && f->kept[end - 1]->created_at == f->kept[limit]->created_at) {
		end--;
	}
	return end ? end : limit;
}

static enum result fill(struct finding *f, struct search_page *page)
{
	size_t end = page_end(f);
	struct message **list =
		die_if_null(talloc_array(f->c->mem, struct message *, (unsigned)end + 1));

	page->at = die_if_null(
		talloc_zero_array(f->c->mem, struct message, (unsigned)end + 1));
	page->count = end;
	page->more = f->count > end;
	page->partial = !enough(f);
	for (size_t i = 0; i < end; i++) {
		page->at[i].row = *f->kept[i];
		list[i] = &page->at[i];
	}
	return message_complete(f->c->db, f->c->mem, list, end);
}

enum result search_run(struct chat *c, const struct search *s, struct search_page *page)
{
	struct finding f = { .c = c, .s = s };
	struct row_search_scope *scope;
	enum result r = OK;
	size_t n;

	if (s->room) {
		r = member_require(c, s->room, LEVEL_MEMBER, NULL);
	}
	if (r == OK) {
		r = q_search_scope(c->db, c->mem, c->user, s->room, WINDOW + 1, &scope,
				   &n);
	}
	if (r != OK) {
		return r;
	}
	words_split(c->mem, s->text, scope->min_token, &f.words);
	if (f.words.count == 0) {
		return chat_fail(c, E_FIELD, "no_words",
				 "There is no word to search for.", "q");
	}
	f.pattern = words_pattern(c->mem, &f.words);
	r = find(&f, scope);
	return r == OK ? fill(&f, page) : r;
}
