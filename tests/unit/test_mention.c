/* test_mention.c - names called in a message, and what counts as an emoji. */
#include "check.h"

#include "chat/mention.h"
#include "chat/reaction.h"

static struct str names(void **state, const char *body)
{
	bool room;

	return mention_names(*state, str_from(body), &room);
}

static void a_name_follows_an_at_sign(void **state)
{
	assert_str(names(state, "@alice and (@bob)!"), "[\"alice\",\"bob\"]");
	assert_str(names(state, "@alice@bob"), "[\"alice\"]");
}

static void names_are_canonical(void **state)
{
	assert_str(names(state, "@ÉLODIE"), "[\"élodie\"]");
	assert_str(names(state, "@Ａlice"), "[\"alice\"]");
}

static void an_address_of_email_calls_nobody(void **state)
{
	assert_null(names(state, "write to me@example.org").ptr);
	assert_null(names(state, "é@x").ptr);
}

static void an_at_sign_alone_calls_nobody(void **state)
{
	assert_null(names(state, "@ alice @@ @").ptr);
	assert_null(names(state, "").ptr);
}

static void a_sentence_may_end_after_a_name(void **state)
{
	assert_str(names(state, "it was @bob."), "[\"bob.\",\"bob\"]");
	assert_str(names(state, "@a.b_c-d, no"), "[\"a.b_c-d\"]");
}

static void everybody_is_noticed(void **state)
{
	bool room = false;

	mention_names(*state, STR("hear, @Room!"), &room);
	assert_true(room);
	mention_names(*state, STR("@rooms"), &room);
	assert_false(room);
}

static void a_thousand_names_are_not_all_looked_up(void **state)
{
	char body[4000];

	for (size_t i = 0; i + 4 <= sizeof body; i += 4) {
		memcpy(body + i, "@ab ", 4);
	}
	struct str list =
		mention_names(*state, (struct str){ body, sizeof body }, &(bool){ 0 });
	assert_in_range(list.len, 1, 500);
}

static void one_picture_is_an_emoji(void **state)
{
	static const char *const good[] = {
		"👍",      "👍🏽", "❤",
		"❤️", "1️⃣",  "🇫🇷",
		"©️",  "ℹ️",   "👨‍👩‍👧‍👦",
		"✅"
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(reaction_is_emoji(str_from(good[i])));
	}
}

static void text_is_no_emoji(void **state)
{
	static const char *const bad[] = { "",   "a", "1", " ",  "é",  "👍👍",
					   "👍a", "<", "+", "\n", "日", "👍 " };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(reaction_is_emoji(str_from(bad[i])));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(a_name_follows_an_at_sign),
		WITH_MEM(names_are_canonical),
		WITH_MEM(an_address_of_email_calls_nobody),
		WITH_MEM(an_at_sign_alone_calls_nobody),
		WITH_MEM(a_sentence_may_end_after_a_name),
		WITH_MEM(everybody_is_noticed),
		WITH_MEM(a_thousand_names_are_not_all_looked_up),
		cmocka_unit_test(one_picture_is_an_emoji),
		cmocka_unit_test(text_is_no_emoji),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
