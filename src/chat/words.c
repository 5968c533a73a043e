/* words.c - what somebody searches for, as words. */
#include "chat/words.h"

#include <stdlib.h>
#include <talloc.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/utf8.h"

/* InnoDB leaves longer ones out of its index (innodb_ft_max_token_size). */
#define MAX_TOKEN 84

#define QUERY_BYTES 4096

static bool is_word_character(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);

	return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_NO) || c == '_';
}

/* Takes the next word off the front of *rest: the position after it, or 0 at the end. */
static struct str next_word(struct str *rest)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)rest->ptr;
	size_t start = 0;
	size_t at = 0;
	bool inside = false;

	while (at < rest->len) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n =
			utf8proc_iterate(p + at, (utf8proc_ssize_t)(rest->len - at), &c);
		bool word = n > 0 && is_word_character(c);
		if (inside && !word) {
			break;
		}
		if (word && !inside) {
			inside = true;
			start = at;
		}
		at += n > 0 ? (size_t)n : 1;
	}
	struct str found =
		inside ? (struct str){ rest->ptr + start, at - start } : STR_NONE;
	*rest = str_from_at(*rest, at);
	return found;
}

/* Without case, accents and compatibility forms. */
static struct str fold(const void *mem, struct str s)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n = utf8proc_map(
		(const utf8proc_uint8_t *)s.ptr, (utf8proc_ssize_t)s.len, &out,
		UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
			UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
	struct str folded = s;

	if (n >= 0) {
		folded = str_dup(mem, (struct str){ (const char *)out, (size_t)n });
	}
	free(out);
	return folded;
}

void words_split(const void *mem, struct str text, int64_t min_token, struct words *out)
{
	*out = (struct words){ 0 };
	while (text.len && out->count < WORDS_MAX) {
		struct str word = next_word(&text);
		if (!word.ptr) {
			break;
		}
		int64_t length = (int64_t)utf8_length(word);
		bool indexed = length >= min_token && length <= MAX_TOKEN;
		out->as_given[out->count] = word;
		out->folded[out->count] = fold(mem, word);
		out->indexed[out->count++] = indexed;
		out->indexed_count += indexed;
	}
}

static size_t longest(const struct words *w)
{
	size_t best = 0;

	for (size_t i = 1; i < w->count; i++) {
		if (w->as_given[i].len > w->as_given[best].len) {
			best = i;
		}
	}
	return best;
}

static void add_term(struct buf *b, const struct words *w, size_t i)
{
	if (w->indexed[i]) {
		buf_add_lit(b, "+");
		buf_add_str(b, w->as_given[i]);
		buf_add_lit(b, "* ");
	}
}

struct str words_query(const void *mem, const struct words *w)
{
	struct buf b;

	buf_init(&b, mem, QUERY_BYTES);
	for (size_t i = 0; i < w->count; i++) {
		add_term(&b, w, i);
	}
	return buf_str(&b);
}

struct str words_query_longest(const void *mem, const struct words *w)
{
	struct buf b;

	buf_init(&b, mem, QUERY_BYTES);
	if (w->count) {
		add_term(&b, w, longest(w));
	}
	return buf_str(&b);
}

struct str words_pattern(const void *mem, const struct words *w)
{
	struct str word = w->count ? w->as_given[longest(w)] : STR("");
	struct buf b;

	buf_init(&b, mem, QUERY_BYTES);
	buf_add_lit(&b, "%");
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] == '_') {
			buf_add_lit(&b, "!");
		}
		buf_add(&b, &word.ptr[i], 1);
	}
	buf_add_lit(&b, "%");
	return buf_str(&b);
}

bool words_match(const void *mem, const struct words *w, struct str body)
{
	bool found[WORDS_MAX] = { false };
	struct str rest = fold(mem, body);
	size_t missing = w->count;

	while (rest.len && missing) {
		struct str word = next_word(&rest);
		for (size_t i = 0; word.ptr && i < w->count; i++) {
			if (!found[i] && str_starts(word, w->folded[i])) {
				found[i] = true;
				missing--;
			}
		}
	}
	return missing == 0;
}
