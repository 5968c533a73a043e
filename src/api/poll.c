/* poll.c - GET stream/poll where there is no hub: plain CGI reads the log itself. */
#include <stddef.h>
#include <talloc.h>

#include "api/handlers.h"
#include "base/die.h"
#include "chat/event.h"
#include "chat/log.h"
#include "http/told.h"
#include "view/view.h"

#define EVENTS_AT_ONCE 200
/* Each page looks at some thousand ids: a client long away may need several for one
 * event. */
#define PAGES_AT_MOST 50
/* Milliseconds between polls that we advise: each one is a process here, and what is said
 * is to be shown within 2 s. */
#define ADVISED_AFTER 1200

struct poll {
	struct str cursor;    /* any text: a malformed one is answered with "reset" */
	struct str client;    /* nothing is held here, so there is nothing to replace */
	int64_t wait;         /* likewise taken, and answered at once */
	int64_t why, learned; /* the hub counts them, and here is none */
};

INPUT(poll_input, struct poll,
      { "cursor", F_SECRET, 0, 65536, 0, offsetof(struct poll, cursor), NULL },
      { "client", F_WORD, 1, 32, 0, offsetof(struct poll, client), NULL },
      { "wait", F_INT, 0, 50, 0, offsetof(struct poll, wait), NULL },
      { "why", F_ENUM, 0, 0, 0, offsetof(struct poll, why), told_why_names },
      { "learned", F_ENUM, 0, 0, 0, offsetof(struct poll, learned), told_limit_names });

struct answer {
	struct log_place place;
	enum log_resume resume;
	int64_t position;
	struct row_event *rows;
	size_t count;
};

static enum result read_events(struct chat *chat, struct answer *a)
{
	int64_t from = a->position;
	struct log_place mark;
	enum result r = OK;

	for (int i = 0; r == OK && i < PAGES_AT_MOST && a->count == 0 &&
			a->position < a->place.settled;
	     i++) {
		r = log_page(chat->db, chat->mem, chat->user, a->place.settled,
			     EVENTS_AT_ONCE, &a->position, &a->rows, &a->count);
	}
	if (r == OK) {
		r = log_mark_read(chat->db, chat->mem, &mark);
	}
	if (r == OK && mark.purged > from && a->resume == LOG_EXACT) {
		/* Some of it left the log while it was read. */
		a->resume = LOG_RESET;
		a->position = a->place.settled;
		a->count = 0;
	}
	return r;
}

static enum result write_events(struct call *c, const struct answer *a)
{
	struct json *j = &c->reply->json;
	struct event *events = die_if_null(
		talloc_zero_array(c->chat->mem, struct event, (unsigned)a->count + 1));
	enum result r =
		event_complete(c->chat->db, c->chat->mem, a->rows, a->count, events);

	json_key(j, "events");
	json_open_array(j);
	for (size_t i = 0; r == OK && i < a->count; i++) {
		view_event(j, &events[i]);
	}
	json_close_array(j);
	return r;
}

enum result api_poll(struct call *c)
{
	const struct poll *in = c->in;
	struct str last = c->req->last_event_id;
	struct json *j = &c->reply->json;
	struct answer a = { 0 };
	char cursor[LOG_CURSOR_SIZE];
	enum result r = log_settled(c->chat->db, c->chat->mem, &a.place);

	if (r == OK) {
		r = log_resume(c->chat->db, c->chat->mem, last.len ? last : in->cursor,
			       &a.place, &a.resume, &a.position);
	}
	if (r == OK && a.resume == LOG_EXACT) {
		r = read_events(c->chat, &a);
	}
	if (r != OK) {
		return r;
	}
	json_open_object(j);
	json_put_str(j, "resume", log_resume_name(a.resume));
	r = write_events(c, &a);
	json_put_str(j, "cursor", log_cursor_write(a.place.epoch, a.position, cursor));
	json_key(j, "next");
	json_open_object(j);
	json_put_str(j, "transport", STR("poll"));
	json_put_int(j, "wait", 0);
	json_put_int(j, "after", ADVISED_AFTER);
	json_close_object(j);
	json_close_object(j);
	return r;
}
