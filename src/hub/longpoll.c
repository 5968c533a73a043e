/* longpoll.c - the transport for networks that hold streams back: a poll that waits for
 * the first event, and answers with all there are. With wait=0 it is the interval poll.
 */
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#include "base/die.h"
#include "base/rand.h"
#include "hub/hub.h"

/* An answer is sent when it has grown to this, though more may be there. */
#define ENOUGH_BYTES (256u << 10)
#define ADVISED_WAIT 25

static void write_next(struct json *j, const struct hub *hub)
{
	bool room = hub_has_room(hub);

	json_key(j, "next");
	json_open_object(j);
	/* A poll that is held takes as much as a stream: who is to spare holds none. */
	json_put_str(j, "transport", str_from(room ? "sse" : "poll"));
	json_put_int(j, "wait", room ? ADVISED_WAIT : 0);
	json_put_int(j, "after", room ? 0 : (int64_t)rand_below(1000) + 1000);
	json_close_object(j);
}

/*
 * The cursor alone can't pass a transaction that is or was open for long, so each poll
 * would be answered with all that was sent meanwhile, again and again. Where there is
 * such a one, the cursor also tells the place in our ring; whoever does not know it
 * leaves it unread.
 */
static struct str cursor_with_place(const struct stream *s, char out[LOG_CURSOR_SIZE])
{
	const struct hub *hub = s->hub;
	struct str c = log_cursor_write(str_from(hub->epoch), stream_position(s), out);
	bool live = s->state == STREAM_LIVE;
	uint64_t place = live ? hub->ring.next : s->place;

	if (live ? hub->newest > hub->settled : s->in_ring) {
		c.len +=
			(size_t)snprintf(out + c.len, LOG_CURSOR_SIZE - c.len, "-%x-%llu",
					 hub->instance, (unsigned long long)place);
	}
	return c;
}

static void write_answer(struct stream *s, struct json *j)
{
	char id[LOG_CURSOR_SIZE];

	json_open_object(j);
	json_put_str(j, "resume", log_resume_name(s->resume));
	json_key(j, "events");
	json_open_array(j);
	for (uint32_t i = 0; i < s->held.count; i++) {
		json_add_raw(j, frame_json(s->held.frames[i]));
	}
	json_close_array(j);
	json_put_str(j, "cursor", cursor_with_place(s, id));
	json_put_str(j, "network", str_from(s->network));
	write_next(j, s->hub);
	json_close_object(j);
}

static void answer(struct stream *s)
{
	void *mem = die_if_null(talloc_new(NULL));
	struct reply reply;
	struct buf head;

	reply_init(&reply, mem);
	write_answer(s, &reply.json);
	buf_init(&head, mem, REPLY_HEAD_MAX_BYTES);
	reply_head(&reply, &head);
	count_add(&s->hub->counters, COUNT_POLLS, 1);
	struct frame *h = frame_create(buf_str(&head));
	struct frame *b = frame_create(buf_str(&reply.body));
	stream_add(s, h);
	stream_add(s, b);
	frame_unref(h);
	frame_unref(b);
	talloc_free(mem);
	stream_close(s);
}

static void poll_open(struct stream *s)
{
	if (s->resume == LOG_RESET) {
		answer(s);
	}
}

static void poll_event(struct stream *s, const struct entry *e)
{
	struct held *h = &s->held;

	if (h->count == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 4;
		h->frames = die_if_null(realloc(h->frames, h->cap * sizeof *h->frames));
	}
	h->frames[h->count++] = frame_ref(e->frame);
	h->bytes += e->frame->json_len;
	if (s->state == STREAM_REPLAY && h->bytes > ENOUGH_BYTES &&
	    (s->in_ring || !s->unsettled)) {
		answer(s);
		return;
	}
	if (s->state == STREAM_LIVE) {
		stream_mark_dirty(s);
	}
}

static void poll_flush(struct stream *s)
{
	if (s->unsettled && s->state == STREAM_REPLAY) {
		/* The database was read past what is settled: its cursor would not get
		 * on. */
		stream_pump(s);
	} else if (s->held.count) {
		answer(s);
	}
}

static void poll_caught_up(struct stream *s)
{
	if (s->held.count || s->wait == 0) {
		answer(s);
	} else {
		stream_set_timer(s, s->wait);
	}
}

static void poll_lost(struct stream *s)
{
	stream_drop_held(s);
	s->resume = LOG_RESET;
	s->position = s->hub->settled;
	s->unsettled = false;
	answer(s);
}

static void poll_tick(struct stream *s)
{
	answer(s);
}

static void poll_bye(struct stream *s, enum bye reason)
{
	if (reason == BYE_REVOKED) {
		stream_refuse(s, E_AUTH, NULL);
	} else {
		answer(s);
	}
}

const struct waiter waiter_longpoll = {
	.gauge = COUNT_LONG_POLL,
	.open = poll_open,
	.event = poll_event,
	.flush = poll_flush,
	.caught_up = poll_caught_up,
	.lost = poll_lost,
	.tick = poll_tick,
	.bye = poll_bye,
};
