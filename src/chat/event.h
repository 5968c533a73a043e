/* event.h - the log: what may happen in a room, and reading it back with all it refers
 * to. */
#ifndef PALABRE_CHAT_EVENT_H
#define PALABRE_CHAT_EVENT_H

#include "chat/message.h"
#include "chat/room.h"
#include "chat/user.h"
#include "queries.h"

/* The values stand in the database: never renumber. 5 and 6 also stand in log.sql. */
enum event_type {
	EVENT_MESSAGE = 1,  /* target: its own seq */
	EVENT_EDIT = 2,     /* target: the message's seq */
	EVENT_DELETE = 3,   /* target: the message's seq */
	EVENT_REACTION = 4, /* target: the message's seq; data: "+👍" or "-👍" */
	EVENT_JOIN = 5,     /* subject: who came */
	EVENT_LEAVE = 6,    /* subject: who went */
	EVENT_ROOM = 7,     /* name or topic changed */
	EVENT_ROLE = 8,     /* subject: whose; data: "owner", "moderator", "member" */
	EVENT_GONE = 9,     /* the room was deleted: its last event */
	EVENT_READ = 10,    /* self log. target: the room; data: "upto unread mentions" */
	EVENT_PROFILE = 11, /* self log. subject: the user */
	EVENT_REVOKED = 12, /* no seq, hubs only. target: session id; subject: its user */
};

/* An event with what its JSON form needs; pointers NULL where the type has none. */
struct event {
	struct row_event row;
	struct message *message; /* MESSAGE, EDIT: as it is at reading time */
	struct user *user;       /* JOIN, LEAVE, PROFILE: the subject */
	struct room *room;       /* ROOM: name, topic, kind as they are at reading time */
};

/*
 * Fills out[0 … n-1] from rows, with as few queries as the batch needs (none where it
 * holds only plain new messages). All on mem.
 */
enum result event_complete(struct db *db, const void *mem, const struct row_event *rows,
			   size_t n, struct event *out);

/*
 * Takes the room's next seq and appends the event, inside the caller's transaction. The
 * room's row stays locked to the commit. E_NOT_FOUND where the room is gone. *seq may be
 * NULL. c->log_grew is set.
 */
enum result event_append(struct chat *c, int64_t room, enum event_type type,
			 int64_t subject, int64_t target, struct str data, int64_t *seq);

/* The same where the seq is drawn already, by a statement that changed the room as well.
 */
enum result event_insert(struct chat *c, int64_t room, int64_t seq, enum event_type type,
			 int64_t subject, int64_t target, struct str data);

#endif
