/* hub.h - what the loop owns. Nothing here is touched by another thread. */
#ifndef PALABRE_HUB_HUB_H
#define PALABRE_HUB_HUB_H

#include <ev.h>

#include "base/conf.h"
#include "hub/counters.h"
#include "hub/lookup.h"
#include "hub/mailbox.h"
#include "hub/presence.h"
#include "hub/ring.h"
#include "hub/roster.h"
#include "hub/stream.h"

/* The streams that come from one address. */
struct address {
	int64_t key; /* hash of the text */
	uint32_t stream_count;
	struct stream *streams; /* newest first */
};

struct hub {
	const struct conf *conf;
	struct ev_loop *loop;
	struct mailbox box;
	struct lookup_pool *lookups;
	struct presence_thread *presence;
	struct acceptor *acceptor;
	struct tail *tail;
	struct ring ring;
	struct roster roster;
	struct map addresses;
	char epoch[LOG_EPOCH_MAX + 1];
	bool open; /* the tail has found the log */
	int64_t settled;
	int64_t newest; /* the highest id delivered; past settled while there are gaps */
	int64_t purged;
	unsigned instance;      /* random: whose places of a ring a cursor tells of */
	struct stream *streams; /* all of them */
	struct stream *dirty;   /* have events to flush before the loop waits */
	struct stream *dead;    /* closed, to be freed then */
	ev_prepare before_wait;
	struct frame *beat; /* made for beat_position, shared by all live streams */
	int64_t beat_position;
	struct counters counters;
	struct frame *probe;
	uint64_t fleeting_count; /* numbers the fleeting items */
	ev_signal terminate, interrupt;
	ev_timer patience; /* until the last bytes are out, when stopping */
	uint64_t arrivals; /* numbers the streams */
	bool stopping;
	uint64_t descriptors; /* how many streams may have */
	uint64_t stream_count;
};

/* Do descriptors run short, so that some of the streams had better poll? */
bool hub_is_short(const struct hub *hub);

/* Are there enough, so that those who poll may open a stream again? That is far enough
 * from running short that they do not go up and down. */
bool hub_has_room(const struct hub *hub);

/* Runs until SIGTERM or SIGINT; all streams have said bye then. */
void hub_run(const struct conf *conf);

/* Mail from the acceptor, the lookups and the tail. */
void hub_take_arrival(struct mail *mail, void *hub);
void hub_take_answer(struct mail *mail, void *hub);
void hub_take_news(struct mail *mail, void *hub);
void hub_take_fleeting(struct mail *mail, void *hub);

/* One entry to all who see it, and what it changes in the roster. Takes over its frame.
 */
void deliver_entry(struct hub *hub, const struct entry *e);

/* Asks for what the loop must know before it lets a stream in, or for the next page. */
void hub_ask(struct stream *s, struct lookup *l);

/* Joins the stream to its user and address, ending older ones beyond the caps. */
void admit_stream(struct stream *s, struct person *p, int64_t address_key);
void admit_leave(struct stream *s);

/* Of two streams of the same page, ends the one that came first. */
void admit_replace(struct stream *s);

/* Does a REVOKED entry name this session? */
bool revokes(const struct entry *e, int64_t user, int64_t session);

#endif
