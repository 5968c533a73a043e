/* hub.c - the loop: one thread that owns every stream and never waits for anything else.
 */
#include "hub/hub.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/die.h"
#include "base/log.h"
#include "base/rand.h"
#include "hub/janitor.h"
#include "hub/tail.h"

#define LOOKUP_THREADS 4
/* How long streams may take over their last bytes when the hub stops. */
#define STOP_SECONDS 1.

/* Ours: the database's connections, the mailbox, sockets, the log. */
#define OWN_DESCRIPTORS 32

/* Each stream is a descriptor: take as many as we are allowed. */
static uint64_t raise_descriptor_limit(void)
{
	struct rlimit limit = { .rlim_cur = 1024 };

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur;
}

bool hub_is_short(const struct hub *hub)
{
	return hub->stream_count * 10 > hub->descriptors * 9;
}

bool hub_has_room(const struct hub *hub)
{
	return hub->stream_count * 4 < hub->descriptors * 3;
}

static void flush_dirty(struct hub *hub)
{
	while (hub->dirty) {
		struct stream *s = hub->dirty;
		hub->dirty = s->next_dirty;
		s->dirty = false;
		if (s->state == STREAM_REPLAY || s->state == STREAM_LIVE) {
			s->waiter->flush(s);
		}
	}
}

static void before_wait(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct hub *hub = w->data;

	(void)events;
	flush_dirty(hub);
	stream_bury(hub);
	if (hub->stopping && !hub->streams) {
		ev_break(loop, EVBREAK_ALL);
	}
}

static void out_of_patience(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)w;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void on_terminate(struct ev_loop *loop, ev_signal *w, int events)
{
	struct hub *hub = w->data;

	(void)events;
	if (hub->stopping) {
		return;
	}
	hub->stopping = true;
	log_info("stop", NULL);
	acceptor_stop(hub->acceptor);
	mailbox_take(&hub->box); /* so that each request gets an answer */
	for (struct stream *s = hub->streams, *next; s; s = next) {
		next = s->next;
		if (s->state != STREAM_CLOSING) {
			stream_bye(s, BYE_RESTART);
		}
	}
	ev_timer_init(&hub->patience, out_of_patience, STOP_SECONDS, 0.);
	ev_timer_start(loop, &hub->patience);
}

static void watch_signal(struct hub *hub, ev_signal *w, int signal)
{
	ev_signal_init(w, on_terminate, signal);
	w->data = hub;
	ev_signal_start(hub->loop, w);
}

/* Signals are the loop's alone: threads start with them blocked. */
static void start_threads(struct hub *hub)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	hub->lookups =
		lookup_start(hub->conf, LOOKUP_THREADS, &hub->box, hub_take_answer);
	hub->tail = tail_start(hub->conf, &hub->box, hub_take_news, hub_take_fleeting);
	hub->presence =
		presence_start(hub->conf, &hub->counters, &hub->box, hub_take_fleeting);
	janitor_start(hub->conf);
	hub->acceptor = acceptor_start(&hub->box, hub_take_arrival);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void hub_run(const struct conf *conf)
{
	struct hub *hub = die_if_null(calloc(1, sizeof *hub));

	acceptor_init();
	signal(SIGPIPE, SIG_IGN);
	hub->conf = conf;
	uint64_t limit = raise_descriptor_limit();
	hub->descriptors = limit > OWN_DESCRIPTORS ? limit - OWN_DESCRIPTORS : 1;
	hub->loop = ev_default_loop(0);
	if (!hub->loop) {
		die("libev can't start");
	}
	hub->instance = rand_below(0xffff) + 1;
	ring_init(&hub->ring, (uint64_t)conf->ring_events, 0);
	hub->probe = frame_event(STR_NONE, STR("{\"type\":\"probe\"}"));
	mailbox_init(&hub->box, hub->loop, hub);
	ev_prepare_init(&hub->before_wait, before_wait);
	hub->before_wait.data = hub;
	ev_prepare_start(hub->loop, &hub->before_wait);
	watch_signal(hub, &hub->terminate, SIGTERM);
	watch_signal(hub, &hub->interrupt, SIGINT);
	start_threads(hub);
	ev_run(hub->loop, 0);
	/* The threads are left where they are: nothing of theirs has to be put in order.
	 */
}
