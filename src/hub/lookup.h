/* lookup.h - threads that ask the database what the loop must know of one stream. */
#ifndef PALABRE_HUB_LOOKUP_H
#define PALABRE_HUB_LOOKUP_H

#include "base/conf.h"
#include "chat/log.h"
#include "chat/session.h"
#include "hub/entry.h"
#include "hub/mailbox.h"

struct stream;

enum lookup_kind {
	LOOKUP_OPEN, /* who is this, what may they see, what is their cursor worth */
	LOOKUP_PAGE, /* the next events after a position, from the database */
};

/* On malloc; goes to a lookup thread and comes back to the loop as mail. */
struct lookup {
	struct mail mail;
	struct lookup *next;
	enum lookup_kind kind;
	struct stream *stream; /* the loop's; threads don't look into it */
	int64_t asked_at;      /* monotonic ms */

	/* The question. */
	char token[64];
	char cursor[LOG_CURSOR_SIZE];
	bool has_cursor;
	char epoch[LOG_EPOCH_MAX + 1];
	int64_t settled; /* of the loop when it asked */
	int64_t upto;    /* delivered events with larger ids are all in the ring */
	uint64_t place;  /* the ring's next place when it asked */
	int64_t purged;
	int64_t address_key; /* OPEN: comes back as it was */
	int64_t user;        /* PAGE */
	int64_t position;    /* PAGE: after this; on return complete up to here */

	/* The answer. */
	enum result result;
	struct session session; /* OPEN */
	enum log_resume resume; /* OPEN; position says where to go on */
	struct log_sight sight; /* OPEN: the rooms as of upto; on mem */
	struct batch batch;     /* PAGE */
	void *mem;              /* a talloc context of its own */
};

struct lookup_pool;

/* Starts threads that answer; each answer's mail goes to deliver in the loop. */
struct lookup_pool *lookup_start(const struct conf *conf, int threads,
				 struct mailbox *box,
				 void (*deliver)(struct mail *mail, void *hub));

struct lookup *lookup_create(enum lookup_kind kind, struct stream *stream);
void lookup_destroy(struct lookup *l);

/* Hands the question over. Answered in any order. */
void lookup_ask(struct lookup_pool *pool, struct lookup *l);

#endif
