/* utf8.h - what text we let in: valid UTF-8 (RFC 3629) without surprises. */
#ifndef PALABRE_BASE_UTF8_H
#define PALABRE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* No overlong forms, surrogates, or code points past U+10FFFF. */
bool utf8_valid(struct str s);

enum text_kind {
	TEXT_LINE, /* no control character at all (C0, DEL, C1, line separators) */
	TEXT_BODY, /* tab and newline may stand in it */
};

/* Valid UTF-8, no forbidden control character, at most 8 combining marks in a row. */
bool utf8_text(struct str s, enum text_kind kind);

/* Number of code points; s must be valid. */
size_t utf8_length(struct str s);

/* NFKC and full case folding on mem (THREATS 18); STR_NONE where s can't be mapped. */
struct str utf8_canonical(const void *mem, struct str s);

/* NFKC on mem; STR_NONE where s can't be mapped. */
struct str utf8_nfkc(const void *mem, struct str s);

/* Letters (with their marks), digits, and . _ - only: what a name is made of. */
bool utf8_name_characters(struct str s);

#endif
