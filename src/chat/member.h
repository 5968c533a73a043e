/* member.h - who is in a room and as what; the one place where access is decided. */
#ifndef PALABRE_CHAT_MEMBER_H
#define PALABRE_CHAT_MEMBER_H

#include "chat/chat.h"
#include "chat/room.h"

enum level {
	LEVEL_SEE,    /* know that it is there: members, anybody a public one */
	LEVEL_LOG,    /* read its log: members, and a user their self room */
	LEVEL_MEMBER, /* everything else is for rooms people share */
	LEVEL_MODERATOR,
	LEVEL_OWNER,
};

struct access {
	enum room_kind kind;
	enum role role;
	int64_t last_seq;
	int64_t members;
	int64_t messages; /* this and what follows with member_lock() only */
	struct str name;
	struct str topic;
	enum notify notify;
};

/*
 * May the caller do what needs that level there? E_NOT_FOUND room_not_found where they
 * may not even know of it, E_FORBIDDEN not_a_member of a public one, E_FORBIDDEN
 * not_allowed where the role is too low. One query.
 */
enum result member_require(struct chat *c, int64_t room, enum level level,
			   struct access *out);

/* The same inside a transaction, the room's row locked (then the member's). */
enum result member_lock(struct chat *c, int64_t room, enum level level,
			struct access *out);

/* Comes to a public room; joining again is OK and no event. In an empty room: its owner.
 */
enum result member_join(struct chat *c, int64_t room);

/* Goes; the last owner hands over, and an empty private room ends. */
enum result member_leave(struct chat *c, int64_t room);

struct member {
	struct user user;
	enum role role;
	int64_t last_read;
};

/* By role, then by time of joining. */
enum result member_list(struct chat *c, int64_t room, struct member **members,
			size_t *count);

/* A moderator's. E_FIELD for a user that is not there. Adding a member is OK, no event.
 */
enum result member_add(struct chat *c, int64_t room, int64_t user);

/* A moderator's, of those below them; an owner's, of anybody; one's own, of oneself. */
enum result member_remove(struct chat *c, int64_t room, int64_t user);

/* An owner's. E_CONFLICT last_owner where nobody would be left. */
enum result member_set_role(struct chat *c, int64_t room, int64_t user, enum role role);

/* Inside a transaction that holds the room's lock: a new member and the `join` event. */
enum result member_enter(struct chat *c, int64_t room, int64_t messages, int64_t user,
			 enum role role);

/* All who share a room with the caller, and the caller. */
enum result member_people(struct chat *c, struct user **users, size_t *count);

#endif
