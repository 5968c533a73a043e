/* fleeting.c - reads what passes and is never replayed. */
#include "hub/fleeting.h"

#include <stdlib.h>
#include <talloc.h>

#include "base/die.h"
#include "view/view.h"

#define ROWS_AT_ONCE 1000

/* The table is in memory: after a restart of the database its ids begin again. */
static enum result find_newest(struct db *db, const void *mem,
			       struct fleeting_place *place)
{
	struct row_fleeting_newest *newest;
	size_t n;
	enum result r = q_fleeting_newest(db, mem, &newest, &n);

	if (r == OK) {
		place->last = n && newest->id != DB_NULL ? newest->id : 0;
		place->known = true;
	}
	return r;
}

enum result fleeting_read(struct db *db, const void *mem, struct fleeting_place *place,
			  struct row_fleeting_after **rows, size_t *count)
{
	*count = 0;
	enum result r = place->known ? OK : find_newest(db, mem, place);

	if (r == OK) {
		r = q_fleeting_after(db, mem, place->last, ROWS_AT_ONCE, rows, count);
	}
	if (r != OK) {
		place->known = false;
		*count = 0;
		return r;
	}
	if (*count) {
		place->last = (*rows)[*count - 1].id;
	}
	return OK;
}

static struct frame *encode(const struct row_fleeting_after *row)
{
	void *mem = die_if_null(talloc_new(NULL));
	struct buf text;

	buf_init(&text, mem, 1024);
	struct json j = json_into(&text);
	if (row->type == FLEETING_TYPING) {
		view_typing(&j, row->room, row->user);
	} else {
		view_receipt(&j, row->room, row->user, row->upto);
	}
	struct frame *f = frame_event(STR_NONE, buf_str(&text));
	talloc_free(mem);
	return f;
}

struct fleeting_news *fleeting_encode(const struct row_fleeting_after *rows, size_t count)
{
	struct fleeting_news *n = die_if_null(calloc(1, sizeof *n));

	n->items = die_if_null(calloc(count + 1, sizeof *n->items));
	for (size_t i = 0; i < count; i++) {
		if (rows[i].type == FLEETING_PRESENCE) {
			continue;
		}
		struct fleeting_item *item = &n->items[n->count++];
		*item = (struct fleeting_item){
			.frame = encode(&rows[i]),
			.user = rows[i].user,
			.type = (enum fleeting_type)rows[i].type,
			.rooms = die_if_null(malloc(sizeof *item->rooms)),
			.room_count = 1,
		};
		item->rooms[0] = rows[i].room;
	}
	if (n->count == 0) {
		fleeting_news_free(n);
		return NULL;
	}
	return n;
}

void fleeting_news_free(struct fleeting_news *news)
{
	for (size_t i = 0; i < news->count; i++) {
		frame_unref(news->items[i].frame);
		free(news->items[i].rooms);
	}
	free(news->items);
	free(news);
}
