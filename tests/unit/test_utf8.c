/* test_utf8.c - which bytes are text, and which texts are the same name. */
#include "check.h"

#include "base/utf8.h"

struct sample {
	const char *text;
	size_t len;
};

#define SAMPLE(literal)                      \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static struct str sample_str(const struct sample *s)
{
	return (struct str){ s->text, s->len };
}

static void well_formed_text_is_valid(void **state)
{
	static const struct sample good[] = {
		SAMPLE(""),
		SAMPLE("plain"),
		SAMPLE("\0"),
		SAMPLE("\x7f"),
		SAMPLE("\xc2\x80"),         /* U+0080 */
		SAMPLE("\xdf\xbf"),         /* U+07FF */
		SAMPLE("\xe0\xa0\x80"),     /* U+0800 */
		SAMPLE("\xed\x9f\xbf"),     /* U+D7FF */
		SAMPLE("\xee\x80\x80"),     /* U+E000 */
		SAMPLE("\xef\xbf\xbf"),     /* U+FFFF, a noncharacter but valid */
		SAMPLE("\xf0\x90\x80\x80"), /* U+10000 */
		SAMPLE("\xf4\x8f\xbf\xbf"), /* U+10FFFF */
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(utf8_valid(sample_str(&good[i])));
	}
	assert_true(utf8_valid(STR_NONE));
}

static void malformed_text_is_not(void **state)
{
	static const struct sample bad[] = {
		SAMPLE("\x80"), /* a continuation alone */
		SAMPLE("\xbf"),
		SAMPLE("\xc0\x80"), /* overlong NUL */
		SAMPLE("\xc1\xbf"), /* overlong U+007F */
		SAMPLE("\xe0\x80\xaf"),
		SAMPLE("\xe0\x9f\xbf"), /* overlong U+07FF */
		SAMPLE("\xf0\x80\x80\xaf"),
		SAMPLE("\xf0\x8f\xbf\xbf"),         /* overlong U+FFFF */
		SAMPLE("\xed\xa0\x80"),             /* U+D800 */
		SAMPLE("\xed\xbf\xbf"),             /* U+DFFF */
		SAMPLE("\xed\xa0\xbd\xed\xb1\x8d"), /* a pair of surrogates (CESU-8) */
		SAMPLE("\xf4\x90\x80\x80"),         /* U+110000 */
		SAMPLE("\xf5\x80\x80\x80"),
		SAMPLE("\xf8\x88\x80\x80\x80"),
		SAMPLE("\xfe"),
		SAMPLE("\xff"),
		SAMPLE("\xc3"), /* cut short */
		SAMPLE("\xe2\x82"),
		SAMPLE("\xf0\x9f\x91"),
		SAMPLE("\xc3("),
		SAMPLE("\xe2\x82("),
		SAMPLE("\xf0\x9f\x91("),
		SAMPLE("a\xc3\xa9\xc3"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(utf8_valid(sample_str(&bad[i])));
		assert_false(utf8_text(sample_str(&bad[i]), TEXT_BODY));
		assert_false(utf8_text(sample_str(&bad[i]), TEXT_LINE));
		assert_false(utf8_name_characters(sample_str(&bad[i])));
	}
}

static bool tail(uint8_t b)
{
	return b >= 0x80 && b <= 0xbf;
}

/* RFC 3629 §4, UTF8-char, for exactly len bytes that stand for one character. */
static bool one_character(const uint8_t *p, size_t len)
{
	switch (len) {
	case 1:
		return p[0] <= 0x7f;
	case 2:
		return p[0] >= 0xc2 && p[0] <= 0xdf && tail(p[1]);
	case 3:
		return tail(p[2]) && ((p[0] == 0xe0 && p[1] >= 0xa0 && p[1] <= 0xbf) ||
				      (p[0] >= 0xe1 && p[0] <= 0xec && tail(p[1])) ||
				      (p[0] == 0xed && p[1] >= 0x80 && p[1] <= 0x9f) ||
				      (p[0] >= 0xee && p[0] <= 0xef && tail(p[1])));
	default:
		return tail(p[2]) && tail(p[3]) &&
		       ((p[0] == 0xf0 && p[1] >= 0x90 && p[1] <= 0xbf) ||
			(p[0] >= 0xf1 && p[0] <= 0xf3 && tail(p[1])) ||
			(p[0] == 0xf4 && p[1] >= 0x80 && p[1] <= 0x8f));
	}
}

/* Lead and second byte in every combination, the others at the edges of what they may be.
 */
static void the_table_of_rfc_3629_holds(void **state)
{
	static const uint8_t edges[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };
	uint8_t p[4];

	(void)state;
	for (int i = 0; i < 65536 * 36; i++) {
		p[0] = (uint8_t)(i / 36 / 256);
		p[1] = (uint8_t)(i / 36 % 256);
		p[2] = edges[i % 36 / 6];
		p[3] = edges[i % 6];
		if (p[0] < 0x80) {
			continue;
		}
		size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
		if (utf8_valid((struct str){ (char *)p, len }) != one_character(p, len)) {
			fail_msg("%02x %02x %02x %02x", p[0], p[1], p[2], p[3]);
		}
	}
}

static void length_counts_characters(void **state)
{
	(void)state;
	assert_int_equal(utf8_length(STR("")), 0);
	assert_int_equal(utf8_length(STR("abc")), 3);
	assert_int_equal(utf8_length(STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x91\x8d")), 3);
	assert_int_equal(utf8_length(STR("e\xcc\x81")), 2);
}

static void a_line_has_no_control_character_at_all(void **state)
{
	static const struct sample bad[] = {
		SAMPLE("a\nb"),         SAMPLE("a\tb"),         SAMPLE("a\rb"),
		SAMPLE("a\0b"),         SAMPLE("a\x1b"),        SAMPLE("\x7f"),
		SAMPLE("\xc2\x80"),     SAMPLE("\xc2\x85"),     SAMPLE("\xc2\x9f"),
		SAMPLE("\xe2\x80\xa8"), SAMPLE("\xe2\x80\xa9"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(utf8_text(sample_str(&bad[i]), TEXT_LINE));
	}
	assert_true(utf8_text(STR("caf\xc3\xa9 \xf0\x9f\x91\x8d \xc2\xa0"), TEXT_LINE));
	assert_true(utf8_text(STR(""), TEXT_LINE));
}

static void a_body_has_tabs_and_newlines_but_no_other(void **state)
{
	(void)state;
	assert_true(utf8_text(STR("a\n\tb"), TEXT_BODY));
	for (char c = 1; c < 0x20; c++) {
		assert_int_equal(utf8_text((struct str){ &c, 1 }, TEXT_BODY),
				 c == '\n' || c == '\t');
	}
	assert_false(utf8_text(STR("a\0b"), TEXT_BODY));
}

/* base, then n times U+0301 */
static struct str with_marks(const void *mem, const char *base, int n)
{
	struct str s = str_printf(mem, "%s", base);
	for (int i = 0; i < n; i++) {
		s = str_printf(mem, STR_FMT "\xcc\x81", STR_ARG(s));
	}
	return s;
}

static void marks_do_not_pile_up(void **state)
{
	assert_true(utf8_text(with_marks(*state, "e", 8), TEXT_BODY));
	assert_false(utf8_text(with_marks(*state, "e", 9), TEXT_BODY));
	assert_false(utf8_text(with_marks(*state, "", 9), TEXT_LINE));
	/* Each letter has its own. */
	struct str eight = with_marks(*state, "e", 8);
	assert_true(utf8_text(
		str_printf(*state, STR_FMT STR_FMT, STR_ARG(eight), STR_ARG(eight)),
		TEXT_BODY));
}

static void check_same(void **state, const char *a, const char *b)
{
	struct str x = utf8_canonical(*state, str_from(a));
	struct str y = utf8_canonical(*state, str_from(b));
	if (!x.ptr || !y.ptr || !str_eq(x, y)) {
		fail_msg("\"%s\" is another name than \"%s\"", a, b);
	}
}

static void names_that_look_alike_by_compatibility_are_one(void **state)
{
	check_same(state, "Alice", "aLICE");
	check_same(state, "\xc3\x89t\xc3\xa9", "e\xcc\x81te\xcc\x81");
	check_same(state, "\xef\xac\x81n", "fin"); /* the ligature fi */
	check_same(state, "\xef\xbc\xa1\xef\xbd\x84\xef\xbd\x81", "ada"); /* full width */
	check_same(state, "\xe2\x84\xaa", "k");                           /* Kelvin */
	check_same(state, "\xc3\x85", "\xe2\x84\xab");                    /* Angstrom */
	check_same(state,
		   "stra\xc3\x9f"
		   "e",
		   "STRASSE");
	check_same(state, "\xcf\x83", "\xcf\x82");  /* final sigma */
	check_same(state, "\xc2\xb2", "2");         /* superscript */
	check_same(state, "\xf0\x9d\x92\x9c", "a"); /* script capital A */
}

static void what_is_not_seen_tells_no_names_apart(void **state)
{
	check_same(state,
		   "a\xe2\x80\x8b"
		   "b",
		   "ab"); /* zero-width space */
	check_same(state,
		   "a\xe2\x80\x8c"
		   "b",
		   "ab"); /* zero-width non-joiner */
	check_same(state,
		   "a\xe2\x80\x8d"
		   "b",
		   "ab"); /* zero-width joiner */
	check_same(state,
		   "a\xc2\xad"
		   "b",
		   "ab"); /* soft hyphen */
	check_same(state,
		   "\xef\xbb\xbf"
		   "ab",
		   "ab");                          /* byte order mark */
	check_same(state, "ab\xef\xb8\x8f", "ab"); /* variation selector */
	check_same(state,
		   "\xe2\x81\xa0"
		   "ab",
		   "ab"); /* word joiner */
}

static void other_names_stay_others(void **state)
{
	assert_false(str_eq(utf8_canonical(*state, STR("ete")),
			    utf8_canonical(*state, STR("\xc3\xa9t\xc3\xa9"))));
	assert_false(str_eq(utf8_canonical(*state, STR("a_b")),
			    utf8_canonical(*state, STR("a-b"))));
	assert_null(utf8_canonical(*state, STR("\xc3")).ptr);
	assert_null(utf8_nfkc(*state, STR("\xff")).ptr);
	assert_str(utf8_canonical(*state, STR("")), "");
}

static void nfkc_keeps_the_case(void **state)
{
	assert_str(utf8_nfkc(*state, STR("E\xcc\x81\xef\xac\x81")), "\xc3\x89"
								    "fi");
}

/* The code point as UTF-8. */
static struct str encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return (struct str){ out, 1 };
	}
	size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	out[0] = (char)((0xf00u >> n) | cp);
	return (struct str){ out, n };
}

/* A name is stored as NFKC and compared as canonical: both must be the last word. */
static void a_canonical_name_is_its_own(void **state)
{
	for (uint32_t cp = 1; cp < 0x30000; cp++) {
		char bytes[4];
		if (cp >= 0xd800 && cp < 0xe000) {
			continue;
		}
		void *mem = talloc_new(*state);
		struct str once = utf8_canonical(mem, encode(cp, bytes));
		struct str shown = utf8_nfkc(mem, encode(cp, bytes));
		if (!str_eq(utf8_canonical(mem, once), once) ||
		    !str_eq(utf8_canonical(mem, shown), once)) {
			fail_msg("U+%04X", cp);
		}
		talloc_free(mem);
	}
}

static void names_are_of_letters_digits_and_three_signs(void **state)
{
	static const char *const good[] = { "a",         "Z9",
					    "a.b_c-d",   "\xc3\xa9",
					    "e\xcc\x81", "\xe5\xa4\xaa\xe9\x83\x8e",
					    "\xd9\xa1" };
	static const char *const bad[] = {
		"",
		"a b",
		"a@b",
		"a/b",
		"<b>",
		"a\n",
		"a+b",
		"\xe2\x80\x8b",
		"\xf0\x9f\x91\x8d",
		"\xe2\x80\xae",
		"a\xc2\xa0z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(utf8_name_characters(str_from(good[i])));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(utf8_name_characters(str_from(bad[i])));
	}
	assert_false(utf8_name_characters(STR("a\0b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_text_is_valid),
		cmocka_unit_test(malformed_text_is_not),
		cmocka_unit_test(the_table_of_rfc_3629_holds),
		cmocka_unit_test(length_counts_characters),
		cmocka_unit_test(a_line_has_no_control_character_at_all),
		cmocka_unit_test(a_body_has_tabs_and_newlines_but_no_other),
		WITH_MEM(marks_do_not_pile_up),
		WITH_MEM(names_that_look_alike_by_compatibility_are_one),
		WITH_MEM(what_is_not_seen_tells_no_names_apart),
		WITH_MEM(other_names_stay_others),
		WITH_MEM(nfkc_keeps_the_case),
		WITH_MEM(a_canonical_name_is_its_own),
		cmocka_unit_test(names_are_of_letters_digits_and_three_signs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
