/* mention.h - who is called by name in a message. */
#ifndef PALABRE_CHAT_MENTION_H
#define PALABRE_CHAT_MENTION_H

#include "chat/member.h"

/*
 * Notes the mentions in a body, inside the transaction that sends or edits it: @name of
 * members, @room for everybody where author_role allows it. No query without an @.
 */
enum result mention_note(struct chat *c, int64_t room, int64_t seq, int64_t author,
			 enum role author_role, struct str body);

/* What stands after each @ of a body, canonical, as a JSON array on mem; *room: is "room"
 * among them? STR_NONE without any. */
struct str mention_names(const void *mem, struct str body, bool *room);

#endif
