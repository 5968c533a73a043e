/* messages.c - the endpoints about what is said. */
#include "api/handlers.h"
#include "chat/message.h"
#include "chat/reaction.h"
#include "chat/fleeting.h"
#include "chat/page_cache.h"
#include "chat/read.h"
#include "view/view.h"

#define MAX_BODY 8000
#define MAX_CLIENT_ID 64
#define MAX_ATTACHMENTS 10
#define MAX_PAGE 200
#define DEFAULT_PAGE 50

static void put_message(struct call *c, const struct message *m)
{
	struct json *j = &c->reply->json;

	json_open_object(j);
	json_key(j, "message");
	view_message(j, m);
	json_close_object(j);
}

static void put_nothing(struct call *c)
{
	json_open_object(&c->reply->json);
	json_close_object(&c->reply->json);
}

struct page_in {
	int64_t before;
	int64_t after;
	int64_t around;
	int64_t limit;
};

INPUT(messages_input, struct page_in,
      { "before", F_INT, 0, API_INT_MAX, 0, offsetof(struct page_in, before), NULL },
      { "after", F_INT, 0, API_INT_MAX, 0, offsetof(struct page_in, after), NULL },
      { "around", F_INT, 0, API_INT_MAX, 0, offsetof(struct page_in, around), NULL },
      { "limit", F_INT, 1, MAX_PAGE, 0, offsetof(struct page_in, limit), NULL });

/* Without any of the three: the newest. */
static enum result which_page(struct call *c, enum message_from *from, int64_t *seq)
{
	const struct page_in *in = c->in;
	int given = (in->before != FIELD_ABSENT) + (in->after != FIELD_ABSENT) +
		    (in->around != FIELD_ABSENT);

	if (given > 1) {
		return chat_fail(c->chat, E_FIELD, "bad_field",
				 "Give one of before, after and around.",
				 in->around != FIELD_ABSENT ? "around" : "after");
	}
	*from = MESSAGES_BEFORE;
	*seq = in->before == FIELD_ABSENT ? INT64_MAX : in->before;
	if (in->after != FIELD_ABSENT) {
		*from = MESSAGES_AFTER;
		*seq = in->after;
	} else if (in->around != FIELD_ABSENT) {
		*from = MESSAGES_AROUND;
		*seq = in->around;
	}
	return OK;
}

static void put_page(struct json *j, enum message_from from,
		     const struct message_page *page)
{
	json_open_object(j);
	json_key(j, "messages");
	json_open_array(j);
	for (size_t i = 0; i < page->count; i++) {
		view_message(j, &page->at[i]);
	}
	json_close_array(j);
	json_put_bool(j, "more", page->more_before || page->more_after);
	if (from == MESSAGES_AROUND) {
		json_put_bool(j, "more_before", page->more_before);
		json_put_bool(j, "more_after", page->more_after);
	}
	json_close_object(j);
}

enum result api_messages(struct call *c)
{
	const struct page_in *in = c->in;
	struct json *j = &c->reply->json;
	struct page_key key = { c->id[0],
				in->limit == FIELD_ABSENT ? DEFAULT_PAGE : in->limit };
	struct message_page page;
	enum message_from from = MESSAGES_BEFORE;
	int64_t seq = INT64_MAX;

	enum result r = which_page(c, &from, &seq);
	if (r == OK) {
		r = message_list(c->chat, key.room, from, seq, key.limit, &page);
	}
	if (r != OK) {
		return r;
	}
	if (page.shown.ptr) {
		json_add_raw(j, page.shown);
		return OK;
	}
	put_page(j, from, &page);
	if (page.as_of.last_seq && !j->out->full) {
		page_cache_put(c->chat->pages, key, page.as_of, buf_str(j->out));
	}
	return OK;
}

struct send_in {
	struct str client_id;
	struct str body;
	int64_t reply_to;
	struct str_list attachments;
};

INPUT(message_send_input, struct send_in,
      { "client_id", F_TOKEN, 1, MAX_CLIENT_ID, FIELD_REQUIRED,
	offsetof(struct send_in, client_id), NULL },
      { "body", F_BODY, 0, MAX_BODY, FIELD_REQUIRED, offsetof(struct send_in, body),
	NULL },
      { "reply_to", F_INT, 1, API_INT_MAX, 0, offsetof(struct send_in, reply_to), NULL },
      { "attachments", F_TOKENS, 0, MAX_ATTACHMENTS, 0,
	offsetof(struct send_in, attachments), NULL });

enum result api_message_send(struct call *c)
{
	const struct send_in *in = c->in;
	struct message_new new = {
		.client_id = in->client_id,
		.body = in->body,
		.reply_to = in->reply_to == FIELD_ABSENT ? 0 : in->reply_to,
		.attachments = in->attachments.at,
		.attachment_count = in->attachments.count,
	};
	struct message sent;
	bool repeated;

	/* A picture may stand for itself. */
	if (in->body.len == 0 && in->attachments.count == 0) {
		return chat_fail(c->chat, E_FIELD, "bad_field", "A message needs text.",
				 "body");
	}

	enum result r = message_send(c->chat, c->id[0], &new, &sent, &repeated);
	if (r == OK) {
		c->reply->status = repeated ? 200 : 201;
		put_message(c, &sent);
	}
	return r;
}

struct edit_in {
	struct str body;
};

INPUT(message_edit_input, struct edit_in,
      { "body", F_BODY, 1, MAX_BODY, FIELD_REQUIRED, offsetof(struct edit_in, body),
	NULL });

enum result api_message_edit(struct call *c)
{
	const struct edit_in *in = c->in;
	struct message m;

	enum result r = message_edit(c->chat, c->id[0], c->id[1], in->body, &m);
	if (r == OK) {
		put_message(c, &m);
	}
	return r;
}

enum result api_message_delete(struct call *c)
{
	enum result r = message_delete(c->chat, c->id[0], c->id[1]);

	if (r == OK) {
		put_nothing(c);
	}
	return r;
}

struct reaction_in {
	struct str emoji;
	int64_t on;
};

INPUT(reaction_input, struct reaction_in,
      { "emoji", F_LINE, 1, 32, FIELD_REQUIRED, offsetof(struct reaction_in, emoji),
	NULL },
      { "on", F_BOOL, 0, 0, FIELD_REQUIRED, offsetof(struct reaction_in, on), NULL });

enum result api_reaction(struct call *c)
{
	const struct reaction_in *in = c->in;
	struct message m;

	enum result r = reaction_set(c->chat, c->id[0], c->id[1], in->emoji, in->on, &m);
	if (r == OK) {
		put_message(c, &m);
	}
	return r;
}

struct read_in {
	int64_t seq;
};

INPUT(read_input, struct read_in,
      { "seq", F_INT, 0, API_INT_MAX, FIELD_REQUIRED, offsetof(struct read_in, seq),
	NULL });

enum result api_read(struct call *c)
{
	const struct read_in *in = c->in;

	enum result r = read_upto(c->chat, c->id[0], c->self_room, in->seq);
	if (r == OK) {
		fleeting_receipt(c->chat, c->id[0], in->seq);
		put_nothing(c);
	}
	return r;
}
