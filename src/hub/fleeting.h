/* fleeting.h - reads what passes and is never replayed, for the tail. */
#ifndef PALABRE_HUB_FLEETING_H
#define PALABRE_HUB_FLEETING_H

#include "chat/fleeting.h"
#include "hub/frame.h"
#include "hub/mailbox.h"
#include "queries.h"

/* One frame for the people of some rooms. On malloc. */
struct fleeting_item {
	struct frame *frame;
	int64_t user; /* who it is about; typing is not for them */
	enum fleeting_type type;
	int64_t *rooms;
	size_t room_count;
};

struct fleeting_news {
	struct mail mail;
	struct fleeting_item *items;
	size_t count;
};

/* A reader's place in the table. */
struct fleeting_place {
	int64_t last;
	bool known; /* false: start from what is newest then (at first, after an outage)
		     */
};

/* Rows of one kind or the other since the last call, on mem. */
enum result fleeting_read(struct db *db, const void *mem, struct fleeting_place *place,
			  struct row_fleeting_after **rows, size_t *count);

/* Typing and receipts among the rows as news; NULL where there are none. */
struct fleeting_news *fleeting_encode(const struct row_fleeting_after *rows,
				      size_t count);

void fleeting_news_free(struct fleeting_news *news);

#endif
