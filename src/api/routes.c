/* routes.c - THE table: every endpoint with its verb, who may call it, what it takes. */
#include "api/routes.h"

#include "api/handlers.h"

/* For who is signed in. READ is what is got most, MAKE is a POST that makes something:
 * 201. */
#define GET(pattern, handler, input)                                          \
	{                                                                     \
		METHOD_GET, "api/v1/" pattern, AUTH_USER, 200, handler, input \
	}
#define READ(pattern, handler, input)                                         \
	{                                                                     \
		METHOD_GET, "api/v1/" pattern, AUTH_READ, 200, handler, input \
	}
#define POST(pattern, handler, input)                                          \
	{                                                                      \
		METHOD_POST, "api/v1/" pattern, AUTH_USER, 200, handler, input \
	}
#define MAKE(pattern, handler, input)                                          \
	{                                                                      \
		METHOD_POST, "api/v1/" pattern, AUTH_USER, 201, handler, input \
	}

static const struct route routes[] = {
	{ METHOD_POST, "api/v1/register", AUTH_SITE, 201, api_register, &register_input },
	{ METHOD_POST, "api/v1/login", AUTH_SITE, 200, api_login, &login_input },
	POST("logout", api_logout, &logout_input),
	GET("me", api_me, NULL),
	POST("me", api_me_update, &me_input),
	POST("me/password", api_me_password, &me_password_input),
	GET("sessions", api_sessions, NULL),
	POST("sessions/{id}/revoke", api_session_revoke, NULL),
	GET("users", api_users, &users_input),
	GET("users/{id}", api_user_get, NULL),

	GET("rooms", api_rooms, NULL),
	GET("rooms/public", api_rooms_public, &rooms_public_input),
	MAKE("rooms", api_room_create, &room_create_input),
	GET("rooms/{id}", api_room_get, NULL),
	POST("rooms/{id}", api_room_change, &room_change_input),
	POST("rooms/{id}/delete", api_room_delete, NULL),
	POST("rooms/{id}/join", api_room_join, NULL),
	POST("rooms/{id}/leave", api_room_leave, NULL),
	GET("rooms/{id}/members", api_members, NULL),
	MAKE("rooms/{id}/members", api_member_add, &member_add_input),
	POST("rooms/{id}/members/{user}", api_member_role, &member_role_input),
	POST("rooms/{id}/members/{user}/remove", api_member_remove, NULL),
	POST("direct", api_direct, &direct_input),

	READ("rooms/{id}/messages", api_messages, &messages_input),
	MAKE("rooms/{id}/messages", api_message_send, &message_send_input),
	POST("rooms/{id}/messages/{seq}", api_message_edit, &message_edit_input),
	POST("rooms/{id}/messages/{seq}/delete", api_message_delete, NULL),
	POST("rooms/{id}/messages/{seq}/reactions", api_reaction, &reaction_input),
	POST("rooms/{id}/read", api_read, &read_input),
	POST("rooms/{id}/typing", api_typing, NULL),
	GET("rooms/{id}/events", api_events, &events_input),

	MAKE("uploads", api_upload, &upload_input),
	READ("files/{token}", api_file, NULL),
	READ("files/{token}/thumb", api_file_thumb, NULL),

	GET("search", api_search, &search_input),
	GET("sync", api_sync, NULL),
	{ METHOD_GET, "api/v1/status", AUTH_MAYBE, 200, api_status, NULL },
	{ METHOD_GET, "api/v1/metrics", AUTH_MAYBE, 200, api_metrics, NULL },
	{ METHOD_GET, "stream/poll", AUTH_USER, 200, api_poll, &poll_input },
};

const struct route *api_routes(size_t *count)
{
	*count = sizeof routes / sizeof *routes;
	return routes;
}

void api_routes_print(struct buf *out)
{
	static const char *const levels[] = {
		[AUTH_SITE] = "site",
		[AUTH_USER] = "user",
		[AUTH_READ] = "user",
		[AUTH_MAYBE] = "maybe",
	};

	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		const struct route *r = &routes[i];
		buf_printf(out, "%s %s %s\n", r->method == METHOD_GET ? "GET" : "POST",
			   r->pattern, levels[r->auth]);
	}
}
