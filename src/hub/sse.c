/* sse.c - the transport of choice: Server-Sent Events (WHATWG HTML §9.2), one stream. */
#include <stdio.h>
#include <talloc.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/rand.h"
#include "hub/hub.h"

/* Two small pieces so far apart arrive together only where something holds them back. */
#define PROBE_SECONDS 1.5
/* The padding is a write of its own, this long after what it is to push out. */
#define PAD_SECONDS 0.05
/* How long a browser waits before it comes back by itself. */
#define RETRY_MS 2000
#define TEXT_OF(x) #x
#define NUMBER(x) TEXT_OF(x)
/* No-transform and identity: a proxy that compresses a stream holds it. */
#define HEAD                                                  \
	"Status: 200 OK\r\n"                                  \
	"Content-Type: text/event-stream\r\n"                 \
	"Cache-Control: no-cache, no-store, no-transform\r\n" \
	"X-Accel-Buffering: no\r\n"                           \
	"Content-Encoding: identity\r\n"                      \
	"X-Content-Type-Options: nosniff\r\n"                 \
	"Cross-Origin-Resource-Policy: same-origin\r\n"       \
	"\r\n"                                                \
	"retry: " NUMBER(RETRY_MS) "\n"

static const char *const bye_names[] = {
	[BYE_REVOKED] = "revoked",   [BYE_RESTART] = "restart", [BYE_SLOW] = "slow",
	[BYE_REPLACED] = "replaced", [BYE_AGED] = "restart",
};

/* Adds a frame and gives up our reference. */
static void add(struct stream *s, struct frame *f)
{
	stream_add(s, f);
	frame_unref(f);
}

static struct str cursor_of(const struct hub *hub, int64_t position,
			    char out[LOG_CURSOR_SIZE])
{
	return log_cursor_write(str_from(hub->epoch), position, out);
}

/* ± 20 %, so that streams opened together do not beat together. */
static void set_beat_timer(struct stream *s)
{
	double jitter = 0.8 + rand_below(4001) / 10000.;
	stream_set_timer(s, s->beat * jitter);
}

static void write_hello(struct stream *s, struct json *j, struct str cursor)
{
	json_open_object(j);
	json_put_str(j, "type", STR("hello"));
	json_put_str(j, "cursor", cursor);
	json_put_str(j, "resume", log_resume_name(s->resume));
	json_put_int(j, "user", s->person->id);
	json_put_int(j, "heartbeat", s->beat);
	json_put_str(j, "network", str_from(s->network));
	json_put_time(j, "time", clock_wall_ms());
	json_close_object(j);
}

static void sse_open(struct stream *s)
{
	void *mem = die_if_null(talloc_new(NULL));
	char id[LOG_CURSOR_SIZE];
	struct str cursor = cursor_of(s->hub, s->position, id);
	struct buf text;

	buf_init(&text, mem, 4096);
	struct json j = json_into(&text);
	write_hello(s, &j, cursor);
	add(s, frame_create(STR(HEAD)));
	add(s, frame_event(cursor, buf_str(&text)));
	talloc_free(mem);
	/* Streams end at a random age, so that coming back is nothing unusual. */
	int64_t age = s->hub->conf->stream_age * 1000;
	s->ends = clock_monotonic_ms() + age + rand_below((uint32_t)age);
	stream_set_timer(s, PROBE_SECONDS);
	stream_mark_dirty(s);
}

static void sse_event(struct stream *s, const struct entry *e)
{
	stream_add(s, e->frame);
	stream_mark_dirty(s);
}

static void on_pad(struct ev_loop *loop, ev_timer *w, int events)
{
	struct stream *s = w->data;
	char text[4096 + 4];

	(void)loop;
	(void)events;
	memset(text, '.', sizeof text);
	text[0] = ':';
	text[s->pad - 2] = '\n';
	text[s->pad - 1] = '\n';
	add(s, frame_create((struct str){ text, s->pad }));
	stream_flush(s);
}

static void start_pad(struct stream *s)
{
	if (s->pad < 4 || ev_is_active(&s->pad_timer)) {
		return;
	}
	ev_timer_init(&s->pad_timer, on_pad, PAD_SECONDS, 0.);
	s->pad_timer.data = s;
	ev_timer_start(s->hub->loop, &s->pad_timer);
}

static void sse_flush(struct stream *s)
{
	start_pad(s);
	stream_flush(s);
}

static void sse_caught_up(struct stream *s)
{
	(void)s; /* goes on live */
}

/* When it comes back it will be told "reset". */
static void sse_lost(struct stream *s)
{
	stream_bye(s, BYE_RESTART);
}

/* Where descriptors are short, one beat in so many says that its client had better poll:
 * so they go a few at a time, and only until there are enough. */
#define ADVISED_BEATS 16
#define ADVICE ",\"next\":{\"transport\":\"poll\",\"wait\":0,\"after\":1500}"

static struct frame *make_beat(const struct hub *hub, int64_t position, bool advise)
{
	char id[LOG_CURSOR_SIZE], json[LOG_CURSOR_SIZE + 120];
	struct str cursor = cursor_of(hub, position, id);
	int n = snprintf(json, sizeof json,
			 "{\"type\":\"beat\",\"cursor\":\"" STR_FMT "\"%s}",
			 STR_ARG(cursor), advise ? ADVICE : "");
	return frame_event(cursor, (struct str){ json, (size_t)n });
}

/* Live streams stand at the same place: they share one frame. */
static struct frame *live_beat(struct hub *hub)
{
	if (!hub->beat || hub->beat_position != hub->settled) {
		frame_unref(hub->beat);
		hub->beat = make_beat(hub, hub->settled, false);
		hub->beat_position = hub->settled;
	}
	return frame_ref(hub->beat);
}

static void sse_tick(struct stream *s)
{
	if (s->state == STREAM_LIVE && clock_monotonic_ms() > s->ends) {
		stream_bye(s, BYE_AGED);
		return;
	}
	if (!s->probed) {
		s->probed = true;
		stream_add(s, s->hub->probe);
	} else if (hub_is_short(s->hub) && rand_below(ADVISED_BEATS) == 0) {
		add(s, make_beat(s->hub, stream_position(s), true));
	} else {
		add(s, s->state == STREAM_LIVE
			       ? live_beat(s->hub)
			       : make_beat(s->hub, stream_position(s), false));
	}
	set_beat_timer(s);
	sse_flush(s);
}

static void sse_bye(struct stream *s, enum bye reason)
{
	char json[80];
	/* Spread, so that a restart does not bring everybody back in the same moment. */
	unsigned retry = reason == BYE_RESTART ? 250 + rand_below(1750)
			 : reason == BYE_AGED  ? 1 + rand_below(50)
					       : 1000;
	int n = snprintf(json, sizeof json,
			 "{\"type\":\"bye\",\"reason\":\"%s\",\"retry\":%u}",
			 bye_names[reason], retry);

	add(s, frame_event(STR_NONE, (struct str){ json, (size_t)n }));
	stream_close(s);
}

const struct waiter waiter_sse = {
	.gauge = COUNT_SSE,
	.open = sse_open,
	.event = sse_event,
	.flush = sse_flush,
	.caught_up = sse_caught_up,
	.lost = sse_lost,
	.tick = sse_tick,
	.bye = sse_bye,
};
