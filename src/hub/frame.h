/* frame.h - one encoded piece of output, made once and shared by all who get it. */
#ifndef PALABRE_HUB_FRAME_H
#define PALABRE_HUB_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/*
 * Immutable but for the count. Made by any thread; from then on counted by one thread
 * alone (the loop), so the count needs no atomics.
 */
struct frame {
	uint32_t refs;
	uint32_t len;
	uint32_t json_at, json_len; /* an event's JSON within text; 0, 0 = none */
	bool raw;                   /* text is FastCGI records already */
	char text[];
};

/* A frame of that text with one reference. */
struct frame *frame_create(struct str text);

/* An event as SSE text: "id: CURSOR\ndata: JSON\n\n". cursor STR_NONE leaves out the id.
 */
struct frame *frame_event(struct str cursor, struct str json);

struct frame *frame_ref(struct frame *f);

/* Gives back one reference; the last one frees. NULL is taken. */
void frame_unref(struct frame *f);

static inline struct str frame_json(const struct frame *f)
{
	return (struct str){ f->text + f->json_at, f->json_len };
}

#endif
