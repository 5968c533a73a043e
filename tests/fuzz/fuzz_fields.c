/* fuzz_fields.c - the field decoder, from JSON and from a query: what it accepts is in
 * bounds. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "base/utf8.h"
#include "http/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	struct str line, body, secret, token;
	int64_t number, flag, choice, time;
	struct str_list list;
};

static const char *const choices[] = { "all", "mentions", "none", NULL };

static const struct field table[] = {
	{ "name", F_LINE, 1, 8, 0, offsetof(struct input, line), NULL },
	{ "body", F_BODY, 1, 40, 0, offsetof(struct input, body), NULL },
	{ "password", F_SECRET, 2, 16, 0, offsetof(struct input, secret), NULL },
	{ "id", F_TOKEN, 1, 12, 0, offsetof(struct input, token), NULL },
	{ "limit", F_INT, 1, 200, 0, offsetof(struct input, number), NULL },
	{ "on", F_BOOL, 0, 0, 0, offsetof(struct input, flag), NULL },
	{ "notify", F_ENUM, 0, 0, 0, offsetof(struct input, choice), choices },
	{ "before", F_TIME, 0, 0, 0, offsetof(struct input, time), NULL },
	{ "list", F_TOKENS, 0, 3, 0, offsetof(struct input, list), NULL },
	{ .name = NULL },
};

static void must(bool held)
{
	if (!held) {
		abort();
	}
}

static bool within(int64_t v, int64_t min, int64_t max)
{
	return v == FIELD_ABSENT || (v >= min && v <= max);
}

static void hold_text(struct str s, size_t min, size_t max)
{
	must(!s.ptr || (utf8_valid(s) && s.len >= min && s.len <= max &&
			!memchr(s.ptr, '\0', s.len)));
}

static void hold(const struct input *in)
{
	hold_text(in->line, 1, 32);
	must(!in->line.ptr || utf8_text(in->line, TEXT_LINE));
	must(!in->line.ptr || utf8_length(in->line) <= 8);
	hold_text(in->body, 1, 40);
	must(!in->body.ptr || utf8_text(in->body, TEXT_BODY));
	hold_text(in->secret, 2, 16);
	hold_text(in->token, 1, 12);
	must(within(in->number, 1, 200));
	must(within(in->flag, 0, 1));
	must(within(in->choice, 0, 2));
	must(in->list.count <= 3 && (in->list.given || !in->list.count));
	for (size_t i = 0; i < in->list.count; i++) {
		hold_text(in->list.at[i], 1, 64);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1) {
		return 0;
	}
	void *mem = talloc_new(NULL);
	char *copy = malloc(size);
	struct str text = { copy, size - 1 };
	struct input in = { .number = 0 };
	struct fault fault = { .code = NULL };

	memcpy(copy, data + 1, size - 1);
	enum result r = data[0] & 1 ? fields_from_json(mem, table, text, &in, &fault)
				    : fields_from_query(mem, table, text, &in, &fault);
	if (r == OK) {
		hold(&in);
	} else {
		must(r == E_INVALID || r == E_FIELD);
		must(fault.code && (r != E_FIELD || fault.field));
	}
	talloc_free(mem);
	free(copy);
	return 0;
}
