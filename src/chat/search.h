/* search.h - finding messages by their words, in the rooms one is in. */
#ifndef PALABRE_CHAT_SEARCH_H
#define PALABRE_CHAT_SEARCH_H

#include "chat/message.h"

struct search {
	struct str text;
	int64_t room;   /* 0 = all of the caller's */
	int64_t from;   /* a user, 0 = anybody */
	int64_t before; /* milliseconds since 1970: older ones only */
	int64_t limit;
};

struct search_page {
	struct message *at; /* newest first */
	size_t count;
	bool more;    /* there are older ones */
	bool partial; /* older messages were not looked at: no word was long enough */
};

/*
 * Every word of the text must begin a word of the message; case and accents are no
 * difference. A page never ends between messages of one time, so that the next one can be
 * asked for by `before`. E_FIELD where text has no word in it.
 */
enum result search_run(struct chat *c, const struct search *s, struct search_page *page);

#endif
