/* room.h - rooms: as somebody sees them, their making, changing and end. */
#ifndef PALABRE_CHAT_ROOM_H
#define PALABRE_CHAT_ROOM_H

#include <stdbool.h>

#include "chat/chat.h"
#include "chat/message.h"
#include "chat/user.h"

/* The values of these three stand in the database: never renumber. */
enum room_kind {
	ROOM_PUBLIC = 0,
	ROOM_PRIVATE = 1,
	ROOM_DIRECT = 2,
	ROOM_SELF = 3, /* a user's private log: no list shows it */
};

enum role {
	ROLE_NONE = -1, /* not a member */
	ROLE_MEMBER = 0,
	ROLE_MODERATOR = 1,
	ROLE_OWNER = 2,
};

enum notify {
	NOTIFY_ALL = 0,
	NOTIFY_MENTIONS = 1,
	NOTIFY_NONE = 2,
};

/*
 * A room as one caller sees it. Where shown is set, what all members see alike stands
 * there as JSON (room_cache.h), and of its fields only id, last_seq and newest are.
 */
struct room {
	struct str shown;
	int64_t id;
	enum room_kind kind;
	struct str name;
	struct str topic;
	int64_t last_seq;
	int64_t newest; /* seq of last_message, 0 = none */
	int64_t members;
	int64_t created_by;
	int64_t created_at;
	struct message *last_message; /* NULL: none, or not for the caller */
	enum role role;               /* what follows is 0 where ROLE_NONE */
	enum notify notify;
	int64_t last_read;
	int64_t unread;
	int64_t mentions;
	struct user *peer; /* direct rooms: the other one */
};

/*
 * The caller's rooms, by id. A query, two where the list is long and c->rooms does not
 * know all of it; one more each where something is unread, or a room direct. What had to
 * be read is for the caller to put there, once written.
 */
enum result room_list(struct chat *c, struct room **rooms, size_t *count);

/* Public rooms with text in their name (all where it is empty), by name. */
enum result room_list_public(struct chat *c, struct str text, int64_t limit,
			     struct room **rooms, size_t *count);

/* What the caller may see: members, and anybody a public one. E_NOT_FOUND else. */
enum result room_get(struct chat *c, int64_t id, struct room *out);

/* The caller becomes its owner. E_FIELD where the name is blank. */
enum result room_create(struct chat *c, enum room_kind kind, struct str name,
			struct str topic, struct room *out);

/* STR_NONE and -1 leave alone. */
struct room_change {
	struct str name;
	struct str topic;
	int64_t notify; /* the caller's own */
};

/* Name and topic are the moderators'; a `room` event where either is another than before.
 */
enum result room_change(struct chat *c, int64_t id, const struct room_change *change,
			struct room *out);

/* An owner's, or an admin's; not of direct rooms. Its last event is `gone`. */
enum result room_delete(struct chat *c, int64_t id);

/* The last seq of any room, the self one included; asks nothing about who may know. */
enum result room_last_seq(struct chat *c, int64_t id, int64_t *seq);

#endif
