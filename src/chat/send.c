/* send.c - sending: one transaction, and what follows where its end is not known. */
#include <talloc.h>
#include <time.h>

#include "auth/bucket.h"
#include "auth/token.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/die.h"
#include "chat/attachment.h"
#include "chat/direct.h"
#include "chat/event.h"
#include "chat/member.h"
#include "chat/mention.h"
#include "chat/message.h"

#define DIGEST_BYTES TOKEN_HASH_BYTES

/* A request must be answered within 3 s (THREATS 30). */
#define LOOK_FOR_MS 1500
#define LOOK_PAUSE_MS 50

struct send {
	struct chat *c;
	int64_t room;
	const struct message_new *new;
	uint8_t digest[DIGEST_BYTES];
	int64_t seq;
};

static struct str digest_str(const struct send *s)
{
	return (struct str){ (const char *)s->digest, DIGEST_BYTES };
}

/* Over all that makes two sends the same, each part with its length before it. */
static void digest(struct send *s)
{
	const struct message_new *n = s->new;
	struct buf b;

	buf_init(&b, s->c->mem, 65536);
	buf_printf(&b, "%lld:%zu:", (long long)n->reply_to, n->body.len);
	buf_add_str(&b, n->body);
	for (size_t i = 0; i < n->attachment_count; i++) {
		buf_printf(&b, ":%zu:", n->attachments[i].len);
		buf_add_str(&b, n->attachments[i]);
	}
	token_digest(buf_str(&b), s->digest);
}

static enum result limit(struct send *s)
{
	struct chat *c = s->c;
	struct bucket_rate rate = {
		.interval_ms = 60000 / c->conf->messages_per_minute,
		.burst = c->conf->messages_burst,
	};
	int64_t retry_s = 0;

	if (!c->conf->limits) {
		return OK;
	}
	struct str name = str_printf(c->mem, "m%lld", (long long)c->user);
	enum result r = bucket_take(c->db, c->mem, name, rate, c->now, &retry_s);
	if (r == E_BUSY) {
		chat_fail(c, r, "too_many_messages",
			  "You are sending too fast. Wait a little.", NULL);
		c->fault.retry_after = retry_s;
	}
	return r;
}

/* No row changed: why? A direct room whose other half has left gets it back. */
static enum result explain(struct send *s)
{
	struct access a;

	enum result r = member_require(s->c, s->room, LEVEL_MEMBER, &a);
	if (r != OK) {
		return r;
	}
	if (a.kind != ROOM_DIRECT) {
		return E_RETRY;
	}
	r = direct_reunite(s->c, s->room);
	if (r == OK) {
		r = q_message_room(s->c->db, s->room, s->c->user);
	}
	return r == OK && db_affected(s->c->db) == 0 ? E_RETRY : r;
}

static enum result check_reply(struct send *s)
{
	struct row_message *rows;
	size_t n;

	if (!s->new->reply_to) {
		return OK;
	}
	enum result r =
		q_message_get(s->c->db, s->c->mem, s->room, s->new->reply_to, &rows, &n);
	if (r == OK && n == 0) {
		return chat_fail(s->c, E_FIELD, "message_not_found",
				 "There is no message to reply to.", "reply_to");
	}
	return r;
}

/* Only who may call the whole room needs to know their role. */
static enum result note_mentions(struct send *s)
{
	struct str body = s->new->body;
	struct access a = { .role = ROLE_MEMBER };

	if (str_index(body, '@') == body.len) {
		return OK;
	}
	enum result r = member_require(s->c, s->room, LEVEL_MEMBER, &a);
	return r == OK ? mention_note(s->c, s->room, s->seq, s->c->user, a.role, body)
		       : r;
}

static enum result send_work(struct db *db, void *arg)
{
	struct send *s = arg;
	struct chat *c = s->c;
	const struct message_new *n = s->new;

	enum result r = limit(s);
	if (r == OK) {
		r = q_message_room(db, s->room, c->user);
	}
	if (r == OK && db_affected(db) == 0) {
		r = explain(s);
	}
	if (r != OK) {
		return r;
	}
	s->seq = db_insert_id(db);
	r = check_reply(s);
	if (r == OK) {
		r = q_message_insert(db, s->room, s->seq, c->user, n->client_id,
				     digest_str(s), n->body, n->reply_to,
				     (int64_t)n->attachment_count, c->now);
	}
	if (r == OK) {
		r = attachment_attach(c, s->room, s->seq, n->attachments,
				      n->attachment_count);
	}
	if (r == OK) {
		r = note_mentions(s);
	}
	return r == OK ? event_insert(c, s->room, s->seq, EVENT_MESSAGE, 0, s->seq,
				      STR_NONE)
		       : r;
}

/* Is that client_id there? E_NOT_FOUND, or E_FIELD where it stands for something else. */
static enum result find_sent(struct send *s)
{
	struct row_message_sent *rows;
	struct chat *c = s->c;
	size_t n;

	enum result r =
		q_message_sent(c->db, c->mem, c->user, s->new->client_id, &rows, &n);
	if (r != OK) {
		return r;
	}
	if (n == 0) {
		return E_NOT_FOUND;
	}
	if (rows->room != s->room || !str_eq(rows->digest, digest_str(s))) {
		return chat_fail(c, E_FIELD, "client_id_reused",
				 "That client_id was used for another message.",
				 "client_id");
	}
	s->seq = rows->seq;
	return OK;
}

/* The answer to COMMIT was lost: only the table can tell. Waits for the database a while.
 */
static enum result find_after_loss(struct send *s)
{
	static const struct timespec pause = { 0, LOOK_PAUSE_MS * 1000000L };
	int64_t until = clock_monotonic_ms() + LOOK_FOR_MS;
	enum result r = find_sent(s);

	while (r == E_UNAVAILABLE && clock_monotonic_ms() < until) {
		nanosleep(&pause, NULL);
		r = find_sent(s);
	}
	return r;
}

static enum result take_new(const struct send *s, struct message *out)
{
	struct message *list[] = { out };

	*out = (struct message){
		.row = {
			.room = s->room,
			.seq = s->seq,
			.user = s->c->user,
			.client_id = s->new->client_id,
			.body = s->new->body,
			.reply_to = s->new->reply_to,
			.created_at = s->c->now,
			.attached = (int64_t)s->new->attachment_count,
		},
	};
	return attachment_fill(s->c->db, s->c->mem, list, 1);
}

/*
 * The client_id is there already, or a new message would be one too many: a repeat of
 * what was sent is answered even then.
 */
static enum result take_repeat(struct send *s, enum result why, struct message *out,
			       bool *repeated)
{
	struct chat *c = s->c;
	struct chat_fault fault = c->fault;

	c->log_grew = false;
	enum result r = OK;
	if (why == E_BUSY) {
		r = member_require(c, s->room, LEVEL_MEMBER, NULL);
	}
	if (r != OK) {
		return r;
	}
	r = find_sent(s);
	if (r == E_NOT_FOUND) {
		c->fault = fault;
		return why == E_BUSY ? E_BUSY : E_UNAVAILABLE;
	}
	*repeated = true;
	return r == OK ? message_get(c, s->room, s->seq, out) : r;
}

enum result message_send(struct chat *c, int64_t room, const struct message_new *new,
			 struct message *out, bool *repeated)
{
	struct send s = { .c = c, .room = room, .new = new };

	*repeated = false;
	digest(&s);
	enum result r = db_transaction(c->db, send_work, &s);
	if (r == E_UNKNOWN) {
		r = find_after_loss(&s);
		if (r == E_NOT_FOUND) {
			r = db_transaction(c->db, send_work, &s);
		}
	}
	if (r == E_DUPLICATE || r == E_BUSY) {
		return take_repeat(&s, r, out, repeated);
	}
	return r == OK ? take_new(&s, out) : r;
}
