/* fleeting.c - events without a number, as JSON (PROTOCOL §4). */
#include "view/view.h"

void view_typing(struct json *j, int64_t room, int64_t user)
{
	json_open_object(j);
	json_put_str(j, "type", STR("typing"));
	json_put_int(j, "room", room);
	json_put_int(j, "user", user);
	json_close_object(j);
}

void view_receipt(struct json *j, int64_t room, int64_t user, int64_t upto)
{
	json_open_object(j);
	json_put_str(j, "type", STR("receipt"));
	json_put_int(j, "room", room);
	json_put_int(j, "user", user);
	json_put_int(j, "upto", upto);
	json_close_object(j);
}

void view_presence(struct json *j, int64_t user, enum presence state, int64_t last_seen)
{
	json_open_object(j);
	json_put_str(j, "type", STR("presence"));
	json_put_int(j, "user", user);
	json_put_str(j, "state", view_presence_name(state));
	json_put_time(j, "last_seen", last_seen);
	json_close_object(j);
}
