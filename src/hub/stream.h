/* stream.h - one open stream or held poll, from its request to its last byte. */
#ifndef PALABRE_HUB_STREAM_H
#define PALABRE_HUB_STREAM_H

#include <ev.h>

#include "chat/log.h"
#include "http/reply.h"
#include "hub/acceptor.h"
#include "hub/counters.h"
#include "hub/entry.h"
#include "hub/roster.h"
#include "hub/wire.h"

struct hub;
struct stream;

enum stream_state {
	STREAM_ASKING,  /* a lookup finds out who this is */
	STREAM_REPLAY,  /* gets what it missed, from the database and the ring */
	STREAM_LIVE,    /* gets each event as it comes */
	STREAM_CLOSING, /* its last bytes are on their way */
	STREAM_DEAD,    /* closed, but a lookup still refers to it */
};

enum bye {
	BYE_REVOKED,  /* the session has ended */
	BYE_RESTART,  /* the hub stops, or follows another log from now on */
	BYE_SLOW,     /* the client does not read what it asked for */
	BYE_REPLACED, /* a newer stream took its place */
	BYE_AGED,     /* told as a restart: one is to look like any other minute */
};

/* A transport. All run in the loop. */
struct waiter {
	enum counter gauge; /* of those that are open */
	/* The stream is let in; what it missed follows. */
	void (*open)(struct stream *s);
	/* One event for this stream. */
	void (*event)(struct stream *s, const struct entry *e);
	/* That was all for now (called after one or more events). */
	void (*flush)(struct stream *s);
	/* It has now got all that it missed. */
	void (*caught_up)(struct stream *s);
	/* What it missed has left the log while it was read. */
	void (*lost)(struct stream *s);
	/* The timer it set has run out. */
	void (*tick)(struct stream *s);
	/* It ends; says so in the transport's way. */
	void (*bye)(struct stream *s, enum bye reason);
};

/* Frames kept for an answer that is made later. */
struct held {
	struct frame **frames;
	uint32_t count, cap;
	uint32_t bytes;
};

struct stream {
	struct hub *hub;
	const struct waiter *waiter;
	enum stream_state state;
	int fd;
	ev_io io;
	ev_timer timer;     /* the transport's own; while closing, the patience */
	ev_timer pad_timer; /* SSE with pad only */
	struct wire wire;
	struct held held; /* long-poll only */

	struct person *person; /* NULL until let in */
	struct stream *next_of_person;
	struct address *address;
	struct stream *next_of_address;
	struct stream *next_dirty;
	struct stream *next, *previous; /* of all streams */

	int64_t session;
	uint64_t number; /* in the order of arrival */
	enum log_resume resume;
	int64_t position; /* REPLAY: the database is read up to here */
	int64_t after;    /* REPLAY: of the ring, events past this are wanted */
	uint64_t place;   /* REPLAY: the next entry of the ring to look at */
	bool in_ring;
	bool unsettled;   /* REPLAY: the database was read past what was settled … */
	uint64_t watched; /* … so whatever came into the ring from here on is needed */
	bool asking;      /* a lookup is under way */
	bool dirty;       /* has events that were not flushed */
	bool probed;      /* SSE: the probe is sent */
	uint8_t beat;     /* SSE: seconds between beats */
	uint8_t wait;     /* long-poll: seconds */
	int64_t ends; /* SSE: monotonic ms at which it has been open for long enough */
	uint16_t pad; /* SSE: bytes of comment behind each batch */
	int8_t why, learned; /* what the client tells of its network; -1: nothing */
	char client[33];
	char network[17]; /* short hash of the caller's address */
};

/* Starts watching the connection of an arrival. */
struct stream *stream_create(struct hub *hub, const struct arrival *arrival,
			     const struct waiter *waiter);

/* Forgets the frames kept for an answer. */
void stream_drop_held(struct stream *s);

/* Queues a piece of output. */
void stream_add(struct stream *s, struct frame *f);

/* Writes what is queued; may destroy the stream. */
void stream_flush(struct stream *s);

/* Ends the answer after what is queued, and leaves the roster at once. */
void stream_close(struct stream *s);

/* Closes the connection now. The struct stays until stream_bury(), so that whoever has it
 * at hand can look at its state. */
void stream_destroy(struct stream *s);

/* Frees the dead that no lookup refers to any more. */
void stream_bury(struct hub *hub);

/* Ends it by its transport's bye. */
void stream_bye(struct stream *s, enum bye reason);

/* Answers with an error object and closes; 405 for stream_refuse_method(). */
void stream_refuse_method(struct stream *s);
void stream_refuse(struct stream *s, enum result result, const struct fault *fault);

/* Sets the transport's timer. */
void stream_set_timer(struct stream *s, double seconds);

/* Has events to flush at the end of the batch. */
void stream_mark_dirty(struct stream *s);

/* The cursor position that may be handed out now: nothing up to it is still to come. */
int64_t stream_position(const struct stream *s);

/* Starts the replay at a place of the ring, if that is still held: all before it was had.
 */
void stream_enter_at(struct stream *s, uint64_t place);

/* Goes on with the replay as far as the peer and the database let it. */
void stream_pump(struct stream *s);

extern const struct waiter waiter_sse;
extern const struct waiter waiter_longpoll;

#endif
