/* entry.c - one event of the log as the hub handles it. */
#include "hub/entry.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "chat/log.h"
#include "view/view.h"

/* An event's JSON: a body of 8,000 bytes, each escaped to six, and what surrounds it. */
#define EVENT_MAX_BYTES (1u << 20)

struct entry entry_encode(const struct event *event, struct str epoch, int64_t cursor,
			  void *scratch)
{
	const struct row_event *r = &event->row;
	struct entry e = {
		.id = r->id,
		.cursor = cursor,
		.room = r->room,
		.subject = r->subject,
		.target = r->target,
		.type = (enum event_type)r->type,
	};
	char id[LOG_CURSOR_SIZE];
	struct buf text;

	if (r->seq == DB_NULL) {
		return e;
	}
	buf_init(&text, scratch, EVENT_MAX_BYTES);
	struct json j = json_into(&text);
	view_event(&j, event);
	e.frame = frame_event(log_cursor_write(epoch, cursor, id), buf_str(&text));
	return e;
}

void batch_finish(struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		frame_unref(b->entries[i].frame);
	}
	free(b->entries);
	*b = (struct batch){ 0 };
}
