/* users.c - finding other people. */
#include "api/handlers.h"
#include "chat/user.h"
#include "view/view.h"

#define DEFAULT_LIMIT 50

struct users_in {
	struct str q;
	int64_t limit;
};

INPUT(users_input, struct users_in,
      { "q", F_LINE, 0, 64, 0, offsetof(struct users_in, q), NULL },
      { "limit", F_INT, 1, 200, 0, offsetof(struct users_in, limit), NULL });

enum result api_users(struct call *c)
{
	const struct users_in *in = c->in;
	struct json *j = &c->reply->json;
	struct user *users;
	size_t n;
	enum result r = user_search(c->chat, in->q.ptr ? in->q : STR(""),
				    in->limit == FIELD_ABSENT ? DEFAULT_LIMIT : in->limit,
				    &users, &n);

	if (r != OK) {
		return r;
	}
	json_open_object(j);
	json_key(j, "users");
	json_open_array(j);
	for (size_t i = 0; i < n; i++) {
		view_user(j, &users[i]);
	}
	json_close_array(j);
	json_close_object(j);
	return OK;
}

enum result api_user_get(struct call *c)
{
	struct json *j = &c->reply->json;
	struct user user;
	enum result r = user_find(c->chat->db, c->chat->mem, c->id[0], &user);

	if (r == E_NOT_FOUND) {
		return chat_fail(c->chat, r, "user_not_found", "There is no such user.",
				 NULL);
	}
	if (r == OK) {
		json_open_object(j);
		json_key(j, "user");
		view_user(j, &user);
		json_close_object(j);
	}
	return r;
}
