/* words.h - what somebody searches for, as words: the same notion of them as InnoDB has.
 */
#ifndef PALABRE_CHAT_WORDS_H
#define PALABRE_CHAT_WORDS_H

#include <stdbool.h>

#include "base/str.h"

#define WORDS_MAX 16

/* Each stands for all words that begin with it, whatever their case and accents. */
struct words {
	struct str as_given[WORDS_MAX];
	struct str folded[WORDS_MAX];
	bool indexed[WORDS_MAX]; /* of a length that stands in the full-text index */
	size_t count;
	size_t indexed_count;
};

/*
 * Splits text on mem. What is no letter, mark, digit or _ separates, so that no operator
 * of a query language is ever left. Words beyond the sixteenth are left out.
 */
void words_split(const void *mem, struct str text, int64_t min_token, struct words *out);

/* "+one* +two*" of the indexed ones, on mem. */
struct str words_query(const void *mem, const struct words *w);

/* The same of the longest alone; "" where that one is not indexed. */
struct str words_query_longest(const void *mem, const struct words *w);

/* "%longest%" for LIKE, on mem. The words hold nothing that needs escaping but _. */
struct str words_pattern(const void *mem, const struct words *w);

/* Does each of them begin a word of body? */
bool words_match(const void *mem, const struct words *w, struct str body);

#endif
