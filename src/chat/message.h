/* message.h - what is said in a room: send, page, edit, delete. */
#ifndef PALABRE_CHAT_MESSAGE_H
#define PALABRE_CHAT_MESSAGE_H

#include <stdbool.h>

#include "chat/chat.h"
#include "chat/text_cache.h"
#include "queries.h"

/* Everybody who reacted with one emoji, in order of time. */
struct reaction {
	struct str emoji;
	const int64_t *users;
	size_t count;
};

struct message {
	struct row_message row;
	const struct reaction *reactions;
	size_t reaction_count;
	const struct row_attachment *attachments; /* in the author's order */
	size_t attachment_count;
};

/* Fills in what stands in other tables; a query for each where there is something. */
enum result message_complete(struct db *db, const void *mem,
			     struct message *const *messages, size_t n);

/* E_NOT_FOUND message_not_found. Complete. Asks nothing about who may see it. */
enum result message_get(struct chat *c, int64_t room, int64_t seq, struct message *out);

struct message_new {
	struct str client_id;
	struct str body;
	int64_t reply_to; /* a seq of the same room, 0 = none */
	const struct str *attachments;
	size_t attachment_count;
};

/*
 * Commits the message, or finds that it is there: *repeated then, and *out as it is now.
 * E_FIELD client_id_reused where that client_id came with other content; E_BUSY over the
 * rate limit. OK means committed (PROTOCOL P1), once per client_id (P2).
 */
enum result message_send(struct chat *c, int64_t room, const struct message_new *new,
			 struct message *out, bool *repeated);

enum message_from {
	MESSAGES_BEFORE, /* the newest below a seq */
	MESSAGES_AFTER,  /* the oldest above it */
	MESSAGES_AROUND, /* with it near the middle */
};

/* Where shown is set, the whole reply stands there as JSON (page_cache.h), and nothing in
 * the rest. */
struct message_page {
	struct str shown;
	struct message *at; /* oldest first */
	size_t count;
	bool more_before; /* exact where the page was asked for from that side */
	bool more_after;
	struct as_of as_of; /* last_seq 0: not known, and the page is not to be kept */
};

/*
 * A query; two where it is AROUND, where the page is empty, to tell why, or where it is
 * the newest and was thought to be known. E_AUTH where a claim does not do. A page that
 * has an as_of is for the caller to put into c->pages, once written.
 */
enum result message_list(struct chat *c, int64_t room, enum message_from from,
			 int64_t seq, int64_t limit, struct message_page *page);

/* The author's: E_FORBIDDEN for others, E_CONFLICT where it is deleted. */
enum result message_edit(struct chat *c, int64_t room, int64_t seq, struct str body,
			 struct message *out);

/* The author's, or a moderator's. Deleting what is deleted is OK and no event. */
enum result message_delete(struct chat *c, int64_t room, int64_t seq);

#endif
