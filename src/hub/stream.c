/* stream.c - one open stream or held poll: its connection, from first to last byte. */
#include "hub/stream.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <talloc.h>
#include <unistd.h>

#include "base/die.h"
#include "hub/hub.h"

/* More waiting than this for a live stream, and its client counts as too slow (THREATS
 * 13). */
#define QUEUE_MAX_BYTES (256u << 10)
/* How long the last bytes may take. */
#define CLOSING_SECONDS 5.

static void watch(struct stream *s, int events)
{
	struct ev_loop *loop = s->hub->loop;

	if ((s->io.events & (EV_READ | EV_WRITE)) == events) {
		return;
	}
	ev_io_stop(loop, &s->io);
	ev_io_set(&s->io, s->fd, events);
	ev_io_start(loop, &s->io);
}

/* The web server says nothing more after the request: readable means gone (or aborted).
 */
static bool peer_is_gone(const struct stream *s)
{
	char waste[256];
	ssize_t n = recv(s->fd, waste, sizeof waste, MSG_DONTWAIT);
	return n >= 0;
}

/* The client is gone; the web server still wants an end, or it logs an error. */
static void hang_up(struct stream *s)
{
	if (s->state == STREAM_CLOSING) {
		stream_destroy(s);
		return;
	}
	wire_cut(&s->wire);
	stream_close(s);
}

static void on_io(struct ev_loop *loop, ev_io *w, int events)
{
	struct stream *s = w->data;

	(void)loop;
	if ((events & EV_READ) && peer_is_gone(s)) {
		hang_up(s);
		return;
	}
	if (events & EV_WRITE) {
		stream_flush(s);
	}
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
	struct stream *s = w->data;

	(void)loop;
	(void)events;
	if (s->state == STREAM_CLOSING) {
		stream_destroy(s);
		return;
	}
	s->waiter->tick(s);
}

struct stream *stream_create(struct hub *hub, const struct arrival *arrival,
			     const struct waiter *waiter)
{
	struct stream *s = die_if_null(calloc(1, sizeof *s));

	s->hub = hub;
	s->number = ++hub->arrivals;
	s->waiter = waiter;
	s->fd = arrival->fd;
	s->wire.request_id = arrival->request_id;
	ev_io_init(&s->io, on_io, s->fd, EV_READ);
	s->io.data = s;
	ev_io_start(hub->loop, &s->io);
	ev_init(&s->timer, on_timer);
	s->timer.data = s;
	ev_init(&s->pad_timer, NULL);
	s->next = hub->streams;
	if (s->next) {
		s->next->previous = s;
	}
	hub->streams = s;
	hub->stream_count++;
	return s;
}

static void unlink_stream(struct stream *s)
{
	s->hub->stream_count--;
	if (s->previous) {
		s->previous->next = s->next;
	} else {
		s->hub->streams = s->next;
	}
	if (s->next) {
		s->next->previous = s->previous;
	}
}

void stream_drop_held(struct stream *s)
{
	struct held *h = &s->held;

	for (uint32_t i = 0; i < h->count; i++) {
		frame_unref(h->frames[i]);
	}
	free(h->frames);
	*h = (struct held){ 0 };
}

void stream_destroy(struct stream *s)
{
	if (s->state == STREAM_DEAD) {
		return;
	}
	admit_leave(s);
	ev_io_stop(s->hub->loop, &s->io);
	ev_timer_stop(s->hub->loop, &s->timer);
	ev_timer_stop(s->hub->loop, &s->pad_timer);
	close(s->fd);
	wire_finish(&s->wire);
	stream_drop_held(s);
	unlink_stream(s);
	s->state = STREAM_DEAD;
	s->next = s->hub->dead;
	s->hub->dead = s;
}

void stream_bury(struct hub *hub)
{
	struct stream **at = &hub->dead;

	while (*at) {
		struct stream *s = *at;
		if (s->asking || s->dirty) {
			at = &s->next;
		} else {
			*at = s->next;
			free(s);
		}
	}
}

void stream_set_timer(struct stream *s, double seconds)
{
	ev_timer_stop(s->hub->loop, &s->timer);
	ev_timer_set(&s->timer, seconds, 0.);
	ev_timer_start(s->hub->loop, &s->timer);
}

void stream_add(struct stream *s, struct frame *f)
{
	wire_add(&s->wire, f);
}

void stream_mark_dirty(struct stream *s)
{
	if (!s->dirty) {
		s->dirty = true;
		s->next_dirty = s->hub->dirty;
		s->hub->dirty = s;
	}
}

void stream_flush(struct stream *s)
{
	switch (wire_flush(&s->wire, s->fd)) {
	case WIRE_MORE:
		watch(s, EV_READ | EV_WRITE);
		if (s->state == STREAM_LIVE && s->wire.bytes > QUEUE_MAX_BYTES) {
			stream_bye(s, BYE_SLOW);
		}
		return;
	case WIRE_GONE:
		stream_destroy(s);
		return;
	case WIRE_EMPTY:
		break;
	}
	if (s->state == STREAM_CLOSING) {
		stream_destroy(s);
		return;
	}
	watch(s, EV_READ);
	if (s->state == STREAM_REPLAY && !s->asking) {
		stream_pump(s);
	}
}

void stream_close(struct stream *s)
{
	admit_leave(s);
	s->state = STREAM_CLOSING;
	ev_timer_stop(s->hub->loop, &s->pad_timer);
	stream_set_timer(s, CLOSING_SECONDS);
	wire_end(&s->wire);
	stream_flush(s);
}

void stream_bye(struct stream *s, enum bye reason)
{
	if (s->state == STREAM_ASKING) {
		stream_refuse(s, E_UNAVAILABLE, NULL); /* let in by nobody yet */
	} else if (s->state == STREAM_REPLAY || s->state == STREAM_LIVE) {
		if (reason == BYE_AGED) {
			count_add(&s->hub->counters, COUNT_AGED, 1);
		} else if (reason == BYE_SLOW) {
			count_add(&s->hub->counters, COUNT_SLOW, 1);
			wire_cut(&s->wire);
		}
		s->waiter->bye(s, reason);
	}
}

static void send_reply(struct stream *s, const struct reply *reply, void *mem)
{
	struct buf text;

	buf_init(&text, mem, 65536);
	reply_head(reply, &text);
	buf_add_str(&text, buf_str(&reply->body));
	struct frame *f = frame_create(buf_str(&text));
	stream_add(s, f);
	frame_unref(f);
	stream_close(s);
}

void stream_refuse(struct stream *s, enum result result, const struct fault *fault)
{
	void *mem = die_if_null(talloc_new(NULL));
	struct reply reply;

	reply_init(&reply, mem);
	reply_error(&reply, result, fault);
	send_reply(s, &reply, mem);
	talloc_free(mem);
}

void stream_refuse_method(struct stream *s)
{
	static const struct fault fault = { "method_not_allowed",
					    "Streams are read by GET.", NULL, 0 };
	void *mem = die_if_null(talloc_new(NULL));
	struct reply reply;

	reply_init(&reply, mem);
	reply_error_status(&reply, 405, &fault);
	reply_header(&reply, "Allow", STR("GET"));
	send_reply(s, &reply, mem);
	talloc_free(mem);
}
