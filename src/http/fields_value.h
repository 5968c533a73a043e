/* fields_value.h - is one value what its field allows? Used by fields.c alone. */
#ifndef PALABRE_HTTP_FIELDS_VALUE_H
#define PALABRE_HTTP_FIELDS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/fields.h"

/* Is it kept as an int64_t? */
bool field_is_number(enum field_type type);

/* Why s can't be the field's text, as a sentence; NULL where it can (or is a number's).
 */
const char *field_text_wrong(const struct field *f, struct str s);

/* Reads a number, switch, name of a choice, or time; false where s is none of f's. */
bool field_number_from_text(const struct field *f, struct str s, int64_t *out);

/* The byte that two hex digits stand for, -1 where they are none. */
int field_hex_pair(const char *p);

#endif
