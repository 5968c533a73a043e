/* routes.c - THE table: every endpoint with its verb, who may call it, what it takes. */
#include "api/routes.h"

#include "api/handlers.h"

/* clang-format off */
static const struct route routes[] = {
	{ METHOD_POST, "api/v1/register", AUTH_SITE, 201, api_register, &register_input },
	{ METHOD_POST, "api/v1/login", AUTH_SITE, 200, api_login, &login_input },
	{ METHOD_POST, "api/v1/logout", AUTH_USER, 200, api_logout, &logout_input },
	{ METHOD_GET, "api/v1/me", AUTH_USER, 200, api_me, NULL },
	{ METHOD_POST, "api/v1/me", AUTH_USER, 200, api_me_update, &me_input },
	{ METHOD_POST, "api/v1/me/password", AUTH_USER, 200, api_me_password, &me_password_input },
	{ METHOD_GET, "api/v1/sessions", AUTH_USER, 200, api_sessions, NULL },
	{ METHOD_POST, "api/v1/sessions/{id}/revoke", AUTH_USER, 200, api_session_revoke, NULL },
	{ METHOD_GET, "api/v1/users", AUTH_USER, 200, api_users, &users_input },
	{ METHOD_GET, "api/v1/users/{id}", AUTH_USER, 200, api_user_get, NULL },

	{ METHOD_GET, "api/v1/rooms", AUTH_USER, 200, api_rooms, NULL },
	{ METHOD_GET, "api/v1/rooms/public", AUTH_USER, 200, api_rooms_public, &rooms_public_input },
	{ METHOD_POST, "api/v1/rooms", AUTH_USER, 201, api_room_create, &room_create_input },
	{ METHOD_GET, "api/v1/rooms/{id}", AUTH_USER, 200, api_room_get, NULL },
	{ METHOD_POST, "api/v1/rooms/{id}", AUTH_USER, 200, api_room_change, &room_change_input },
	{ METHOD_POST, "api/v1/rooms/{id}/delete", AUTH_USER, 200, api_room_delete, NULL },
	{ METHOD_POST, "api/v1/rooms/{id}/join", AUTH_USER, 200, api_room_join, NULL },
	{ METHOD_POST, "api/v1/rooms/{id}/leave", AUTH_USER, 200, api_room_leave, NULL },
	{ METHOD_GET, "api/v1/rooms/{id}/members", AUTH_USER, 200, api_members, NULL },
	{ METHOD_POST, "api/v1/rooms/{id}/members", AUTH_USER, 201, api_member_add, &member_add_input },
	{ METHOD_POST, "api/v1/rooms/{id}/members/{user}", AUTH_USER, 200, api_member_role, &member_role_input },
	{ METHOD_POST, "api/v1/rooms/{id}/members/{user}/remove", AUTH_USER, 200, api_member_remove, NULL },
	{ METHOD_POST, "api/v1/direct", AUTH_USER, 200, api_direct, &direct_input },

	{ METHOD_GET, "api/v1/rooms/{id}/messages", AUTH_USER, 200, api_messages, &messages_input },
	{ METHOD_POST, "api/v1/rooms/{id}/messages", AUTH_USER, 201, api_message_send, &message_send_input },
	{ METHOD_POST, "api/v1/rooms/{id}/messages/{seq}", AUTH_USER, 200, api_message_edit, &message_edit_input },
	{ METHOD_POST, "api/v1/rooms/{id}/messages/{seq}/delete", AUTH_USER, 200, api_message_delete, NULL },
	{ METHOD_POST, "api/v1/rooms/{id}/messages/{seq}/reactions", AUTH_USER, 200, api_reaction, &reaction_input },
	{ METHOD_POST, "api/v1/rooms/{id}/read", AUTH_USER, 200, api_read, &read_input },
	{ METHOD_POST, "api/v1/rooms/{id}/typing", AUTH_USER, 200, api_typing, NULL },
	{ METHOD_GET, "api/v1/rooms/{id}/events", AUTH_USER, 200, api_events, &events_input },

	{ METHOD_GET, "api/v1/search", AUTH_USER, 200, api_search, &search_input },
	{ METHOD_GET, "api/v1/sync", AUTH_USER, 200, api_sync, NULL },
	{ METHOD_GET, "api/v1/status", AUTH_NONE, 200, api_status, NULL },
	{ METHOD_GET, "stream/poll", AUTH_USER, 200, api_poll, &poll_input },
};
/* clang-format on */

const struct route *api_routes(size_t *count)
{
	*count = sizeof routes / sizeof *routes;
	return routes;
}

void api_routes_print(struct buf *out)
{
	static const char *const levels[] = {
		[AUTH_NONE] = "none",
		[AUTH_SITE] = "site",
		[AUTH_USER] = "user",
		[AUTH_MAYBE] = "maybe",
	};

	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		const struct route *r = &routes[i];
		buf_printf(out, "%s %s %s\n", r->method == METHOD_GET ? "GET" : "POST",
			   r->pattern, levels[r->auth]);
	}
}
