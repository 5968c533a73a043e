/* members.c - the endpoints about who is in a room. */
#include "api/handlers.h"
#include "chat/member.h"
#include "view/view.h"

static const char *const role_names[] = { "member", "moderator", "owner", NULL };

_Static_assert(ROLE_MEMBER == 0 && ROLE_MODERATOR == 1 && ROLE_OWNER == 2,
	       "role_names has them in this order");

enum result api_members(struct call *c)
{
	struct json *j = &c->reply->json;
	struct member *members;
	size_t count;

	enum result r = member_list(c->chat, c->id[0], &members, &count);
	if (r != OK) {
		return r;
	}
	json_open_object(j);
	json_key(j, "members");
	json_open_array(j);
	for (size_t i = 0; i < count; i++) {
		view_member(j, &members[i]);
	}
	json_close_array(j);
	json_close_object(j);
	return OK;
}

static enum result nothing_more(struct call *c, enum result r)
{
	if (r == OK) {
		json_open_object(&c->reply->json);
		json_close_object(&c->reply->json);
	}
	return r;
}

struct add_in {
	int64_t user;
};

INPUT(member_add_input, struct add_in,
      { "user", F_INT, 1, API_INT_MAX, FIELD_REQUIRED, offsetof(struct add_in, user),
	NULL });

enum result api_member_add(struct call *c)
{
	const struct add_in *in = c->in;

	return nothing_more(c, member_add(c->chat, c->id[0], in->user));
}

struct role_in {
	int64_t role;
};

INPUT(member_role_input, struct role_in,
      { "role", F_ENUM, 0, 0, FIELD_REQUIRED, offsetof(struct role_in, role),
	role_names });

enum result api_member_role(struct call *c)
{
	const struct role_in *in = c->in;

	return nothing_more(
		c, member_set_role(c->chat, c->id[0], c->id[1], (enum role)in->role));
}

enum result api_member_remove(struct call *c)
{
	return nothing_more(c, member_remove(c->chat, c->id[0], c->id[1]));
}
