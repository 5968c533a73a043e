/* frame.c - one encoded piece of output, made once and shared by all who get it. */
#include "hub/frame.h"

#include <stdlib.h>

#include "base/die.h"

static struct frame *allocate(size_t len)
{
	struct frame *f = die_if_null(malloc(sizeof *f + len));
	*f = (struct frame){ .refs = 1, .len = (uint32_t)len };
	return f;
}

static char *put(char *at, struct str s)
{
	if (s.len) {
		memcpy(at, s.ptr, s.len);
	}
	return at + s.len;
}

struct frame *frame_create(struct str text)
{
	struct frame *f = allocate(text.len);
	put(f->text, text);
	return f;
}

struct frame *frame_event(struct str cursor, struct str json)
{
	struct str id = cursor.ptr ? STR("id: ") : STR("");
	struct str line = cursor.ptr ? STR("\n") : STR("");
	struct frame *f = allocate(id.len + cursor.len + line.len + strlen("data: \n\n") +
				   json.len);
	char *at = put(put(put(f->text, id), cursor), line);

	at = put(at, STR("data: "));
	f->json_at = (uint32_t)(at - f->text);
	f->json_len = (uint32_t)json.len;
	put(put(at, json), STR("\n\n"));
	return f;
}

struct frame *frame_ref(struct frame *f)
{
	f->refs++;
	return f;
}

void frame_unref(struct frame *f)
{
	if (f && --f->refs == 0) {
		free(f);
	}
}
