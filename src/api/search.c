/* search.c - the endpoint that finds messages. */
#include "chat/search.h"

#include "api/handlers.h"
#include "view/view.h"

#define MAX_TEXT 200
#define MAX_PAGE 200
#define DEFAULT_PAGE 50

struct search_in {
	struct str q;
	int64_t room;
	int64_t from;
	int64_t before;
	int64_t limit;
};

INPUT(search_input, struct search_in,
      { "q", F_LINE, 1, MAX_TEXT, FIELD_REQUIRED, offsetof(struct search_in, q), NULL },
      { "room", F_INT, 1, API_INT_MAX, 0, offsetof(struct search_in, room), NULL },
      { "from", F_INT, 1, API_INT_MAX, 0, offsetof(struct search_in, from), NULL },
      { "before", F_TIME, 0, 0, 0, offsetof(struct search_in, before), NULL },
      { "limit", F_INT, 1, MAX_PAGE, 0, offsetof(struct search_in, limit), NULL });

static int64_t value_or(int64_t given, int64_t absent)
{
	return given == FIELD_ABSENT ? absent : given;
}

enum result api_search(struct call *c)
{
	const struct search_in *in = c->in;
	struct json *j = &c->reply->json;
	struct search_page page;
	struct search s = {
		.text = in->q,
		.room = value_or(in->room, 0),
		.from = value_or(in->from, 0),
		.before = value_or(in->before, INT64_MAX),
		.limit = value_or(in->limit, DEFAULT_PAGE),
	};

	enum result r = search_run(c->chat, &s, &page);
	if (r != OK) {
		return r;
	}
	json_open_object(j);
	json_key(j, "results");
	json_open_array(j);
	for (size_t i = 0; i < page.count; i++) {
		json_open_object(j);
		json_put_int(j, "room", page.at[i].row.room);
		json_key(j, "message");
		view_message(j, &page.at[i]);
		json_close_object(j);
	}
	json_close_array(j);
	json_put_bool(j, "more", page.more);
	json_put_bool(j, "partial", page.partial);
	json_close_object(j);
	return OK;
}
