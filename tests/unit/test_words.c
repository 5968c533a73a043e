/* test_words.c - what somebody searches for, as words. */
#include "check.h"

#include "chat/words.h"

#define MIN_TOKEN 3

static struct words split(void **state, const char *text)
{
	struct words w;

	words_split(*state, str_from(text), MIN_TOKEN, &w);
	return w;
}

static void no_operator_of_the_query_language_is_left(void **state)
{
	struct words w =
		split(state, "+alpha -beta \"gamma delta\" (~eps) <zeta> eta* @4");

	assert_int_equal(w.count, 8);
	assert_str(words_query(*state, &w),
		   "+alpha* +beta* +gamma* +delta* +eps* +zeta* +eta* ");
}

static void a_text_without_letters_and_digits_has_no_word(void **state)
{
	assert_int_equal(split(state, "+ - * \" ( ) 👍 …").count, 0);
	assert_int_equal(split(state, "").count, 0);
}

static void words_too_short_for_the_index_are_not_asked_of_it(void **state)
{
	struct words w = split(state, "a été of");

	assert_int_equal(w.count, 3);
	assert_int_equal(w.indexed_count, 1);
	assert_str(words_query(*state, &w), "+été* ");
}

static void there_are_sixteen_at_most(void **state)
{
	struct words w =
		split(state, "a b c d e f g h i j k l m n o p q r s t u v w x y z");

	assert_int_equal(w.count, WORDS_MAX);
}

static void a_word_matches_what_begins_with_it(void **state)
{
	struct words w = split(state, "foo");

	assert_true(words_match(*state, &w, STR("a Foobar.")));
	assert_true(words_match(*state, &w, STR("(foo)")));
	assert_false(words_match(*state, &w, STR("barfoo")));
	assert_false(words_match(*state, &w, STR("fo o")));
}

static void all_words_must_be_there(void **state)
{
	struct words w = split(state, "foo bar");

	assert_true(words_match(*state, &w, STR("bar, then foo")));
	assert_false(words_match(*state, &w, STR("foo foo")));
}

static void case_and_accents_are_no_difference(void **state)
{
	struct words plain = split(state, "ecole strasse");
	struct words accented = split(state, "ÉCOLE Straße");

	assert_true(words_match(*state, &plain, STR("l'École, Straße")));
	assert_true(words_match(*state, &accented, STR("ecoles STRASSEN")));
}

static void the_pattern_escapes_what_like_would_read(void **state)
{
	struct words w = split(state, "ab under_score");

	assert_str(words_pattern(*state, &w), "%under!_score%");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(no_operator_of_the_query_language_is_left),
		WITH_MEM(a_text_without_letters_and_digits_has_no_word),
		WITH_MEM(words_too_short_for_the_index_are_not_asked_of_it),
		WITH_MEM(there_are_sixteen_at_most),
		WITH_MEM(a_word_matches_what_begins_with_it),
		WITH_MEM(all_words_must_be_there),
		WITH_MEM(case_and_accents_are_no_difference),
		WITH_MEM(the_pattern_escapes_what_like_would_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
