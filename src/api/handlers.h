/* handlers.h - every endpoint's handler and input, for the table in routes.c. */
#ifndef PALABRE_API_HANDLERS_H
#define PALABRE_API_HANDLERS_H

#include "api/call.h"

/* account.c */
extern const struct input register_input, login_input, logout_input, me_input,
	me_password_input;
enum result api_register(struct call *c);
enum result api_login(struct call *c);
enum result api_logout(struct call *c);
enum result api_me(struct call *c);
enum result api_me_update(struct call *c);
enum result api_me_password(struct call *c);

/* sessions.c */
enum result api_sessions(struct call *c);
enum result api_session_revoke(struct call *c);

/* users.c */
extern const struct input users_input;
enum result api_users(struct call *c);
enum result api_user_get(struct call *c);

/* rooms.c */
extern const struct input rooms_public_input, room_create_input, room_change_input,
	direct_input;
/* "rooms" of a room_list(), into the object that is open. */
void api_put_own_rooms(struct call *c, const struct room *rooms, size_t count);
enum result api_rooms(struct call *c);
enum result api_rooms_public(struct call *c);
enum result api_room_create(struct call *c);
enum result api_room_get(struct call *c);
enum result api_room_change(struct call *c);
enum result api_room_delete(struct call *c);
enum result api_room_join(struct call *c);
enum result api_room_leave(struct call *c);
enum result api_direct(struct call *c);

/* members.c */
extern const struct input member_add_input, member_role_input;
enum result api_members(struct call *c);
enum result api_member_add(struct call *c);
enum result api_member_role(struct call *c);
enum result api_member_remove(struct call *c);

/* messages.c */
extern const struct input messages_input, message_send_input, message_edit_input,
	reaction_input, read_input;
enum result api_messages(struct call *c);
enum result api_message_send(struct call *c);
enum result api_message_edit(struct call *c);
enum result api_message_delete(struct call *c);
enum result api_reaction(struct call *c);
enum result api_read(struct call *c);

/* uploads.c */
extern const struct input upload_input;
enum result api_upload(struct call *c);

/* files.c */
enum result api_file(struct call *c);
enum result api_file_thumb(struct call *c);

/* search.c */
extern const struct input search_input;
enum result api_search(struct call *c);

/* sync.c */
extern const struct input events_input;
enum result api_events(struct call *c);
enum result api_sync(struct call *c);

/* status.c */
enum result api_status(struct call *c);

/* metrics.c */
enum result api_metrics(struct call *c);

/* typing.c */
enum result api_typing(struct call *c);

/* poll.c */
extern const struct input poll_input;
enum result api_poll(struct call *c);

#endif
