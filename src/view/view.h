/* view.h - the domain as JSON (PROTOCOL §2 and §4): the only makers of it. Shared by the
 * API and the hub, so that every transport says the same. */
#ifndef PALABRE_VIEW_VIEW_H
#define PALABRE_VIEW_VIEW_H

#include "base/json.h"
#include "chat/event.h"
#include "chat/member.h"

/* One object each, as an element or as the value of the key just written. */
void view_user(struct json *j, const struct user *u);
void view_message(struct json *j, const struct message *m);
void view_attachment(struct json *j, const struct row_attachment *a);
void view_room(struct json *j, const struct room *r);
void view_member(struct json *j, const struct member *m);
void view_event(struct json *j, const struct event *e);

/* The two halves of a room's members, into the object that is open: what all of the room
 * are shown alike, and what is the caller's own. */
void view_room_shown(struct json *j, const struct room *r);
void view_room_own(struct json *j, const struct room *r);

/* Fleeting events. */
void view_typing(struct json *j, int64_t room, int64_t user);
void view_receipt(struct json *j, int64_t room, int64_t user, int64_t upto);
void view_presence(struct json *j, int64_t user, enum presence state, int64_t last_seen);

/* "online", "away", "offline". */
struct str view_presence_name(enum presence state);

#endif
