/* fleeting.c - what passes and is never replayed: typing, receipts, presence. */
#include "chat/fleeting.h"

#include "chat/member.h"
#include "queries.h"

/* A client says every few seconds that somebody goes on typing. */
#define TYPING_EVERY_MS 2500

enum result fleeting_typing(struct chat *c, int64_t room)
{
	struct row_fleeting_recent *recent;
	size_t n;
	enum result r = member_require(c, room, LEVEL_MEMBER, NULL);

	if (r == OK) {
		r = q_fleeting_recent(c->db, c->mem, FLEETING_TYPING, room, c->user,
				      c->now - TYPING_EVERY_MS, &recent, &n);
	}
	if (r == OK && n == 0) {
		r = q_fleeting_add(c->db, FLEETING_TYPING, room, c->user, 0, c->now);
		c->log_grew = true; /* wakes the hub for this as well */
	}
	return r;
}

void fleeting_receipt(struct chat *c, int64_t room, int64_t upto)
{
	q_fleeting_add(c->db, FLEETING_RECEIPT, room, c->user, upto, c->now);
}

void fleeting_presence(struct db *db, int64_t user, int64_t now)
{
	q_fleeting_add(db, FLEETING_PRESENCE, 0, user, 0, now);
}
