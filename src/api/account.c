/* account.c - signing up, in and out, and one's own account. */
#include <openssl/crypto.h>

#include "api/cookie.h"
#include "api/handlers.h"
#include "auth/token.h"
#include "chat/user.h"
#include "view/view.h"

/* Before NFKC, which may make a name shorter or longer; the rules then count again. */
#define NAME_MAX_GIVEN 128

struct register_in {
	struct str name, password, display_name, invite;
};

INPUT(register_input, struct register_in,
      { "name", F_LINE, 1, NAME_MAX_GIVEN, FIELD_REQUIRED,
	offsetof(struct register_in, name), NULL },
      { "password", F_SECRET, 8, 128, FIELD_REQUIRED,
	offsetof(struct register_in, password), NULL },
      { "display_name", F_LINE, 1, 64, 0, offsetof(struct register_in, display_name),
	NULL },
      { "invite", F_SECRET, 1, 128, 0, offsetof(struct register_in, invite), NULL });

struct login_in {
	struct str name, password;
	int64_t token;
};

INPUT(login_input, struct login_in,
      { "name", F_LINE, 1, NAME_MAX_GIVEN, FIELD_REQUIRED,
	offsetof(struct login_in, name), NULL },
      { "password", F_SECRET, 1, 128, FIELD_REQUIRED, offsetof(struct login_in, password),
	NULL },
      { "token", F_BOOL, 0, 1, 0, offsetof(struct login_in, token), NULL });

struct logout_in {
	int64_t everywhere;
};

INPUT(logout_input, struct logout_in,
      { "everywhere", F_BOOL, 0, 1, 0, offsetof(struct logout_in, everywhere), NULL });

struct me_in {
	struct str display_name, locale;
	int64_t away;
};

INPUT(me_input, struct me_in,
      { "display_name", F_LINE, 1, 64, 0, offsetof(struct me_in, display_name), NULL },
      { "locale", F_TOKEN, 2, 16, 0, offsetof(struct me_in, locale), NULL },
      { "away", F_BOOL, 0, 1, 0, offsetof(struct me_in, away), NULL });

struct password_in {
	struct str old, new;
};

INPUT(me_password_input, struct password_in,
      { "old", F_SECRET, 1, 128, FIELD_REQUIRED, offsetof(struct password_in, old),
	NULL },
      { "new", F_SECRET, 8, 128, FIELD_REQUIRED, offsetof(struct password_in, new),
	NULL });

/* A session that this request asks for, in the place of that of its cookie. */
static struct session_new session_for(const struct call *c, bool cookie)
{
	return (struct session_new){
		.agent = c->req->user_agent,
		.address = c->req->address,
		.replaces = cookie ? request_session_cookie(c->req) : STR_NONE,
	};
}

static void write_user(struct call *c, const struct user *u, struct str token)
{
	struct json *j = &c->reply->json;

	json_open_object(j);
	json_key(j, "user");
	view_user(j, u);
	if (token.ptr) {
		json_put_str(j, "token", token);
	}
	json_close_object(j);
}

/* In constant time: the code is a secret. */
static bool is_invite(struct str given, const char *code)
{
	uint8_t a[TOKEN_HASH_BYTES], b[TOKEN_HASH_BYTES];

	if (!given.ptr || !code) {
		return false;
	}
	token_digest(given, a);
	token_digest(str_from(code), b);
	return CRYPTO_memcmp(a, b, sizeof a) == 0;
}

/* May one make an account here oneself? */
static enum result registration_allowed(struct call *c, struct str invite)
{
	const struct conf *conf = c->app->conf;

	if (conf->registration == REGISTRATION_CLOSED) {
		return chat_fail(c->chat, E_FORBIDDEN, "registration_closed",
				 "Accounts are made by the administrator here.", NULL);
	}
	if (conf->registration == REGISTRATION_INVITE &&
	    !is_invite(invite, conf->invite_code)) {
		return chat_fail(c->chat, E_FIELD, "bad_invite",
				 "An invitation code is needed to register.", "invite");
	}
	return OK;
}

enum result api_register(struct call *c)
{
	const struct register_in *in = c->in;
	struct session_new session = session_for(c, true);
	const struct user_new new = {
		.name = in->name,
		.password = in->password,
		.display_name = in->display_name,
		.session = &session,
	};
	struct user user;
	enum result r = registration_allowed(c, in->invite);

	if (r == OK) {
		r = user_create(c->chat, &new, &user);
	}
	if (r == OK) {
		cookie_set_session(c, str_from(session.token));
		write_user(c, &user, STR_NONE);
	}
	OPENSSL_cleanse(session.token, sizeof session.token);
	return r;
}

enum result api_login(struct call *c)
{
	const struct login_in *in = c->in;
	bool cookie = in->token != 1;
	struct session_new session = session_for(c, cookie);
	struct user_login login = {
		.name = in->name,
		.password = in->password,
		.known = request_session_cookie(c->req),
		.session = &session,
	};
	struct user user;
	enum result r = user_login(c->chat, &login, &user);

	if (r == OK && cookie) {
		cookie_set_session(c, str_from(session.token));
	}
	if (r == OK) {
		write_user(c, &user, cookie ? STR_NONE : str_from(session.token));
	}
	OPENSSL_cleanse(session.token, sizeof session.token);
	return r;
}

enum result api_logout(struct call *c)
{
	const struct logout_in *in = c->in;
	enum result r =
		in->everywhere == 1
			? session_revoke_all(c->chat, c->chat->user, 0, NULL)
			: session_revoke(c->chat, c->chat->user, c->chat->session);

	if (r == E_NOT_FOUND) {
		r = OK; /* ended from elsewhere in this moment */
	}
	if (r == OK) {
		cookie_clear_session(c);
		json_open_object(&c->reply->json);
		json_close_object(&c->reply->json);
	}
	return r;
}

enum result api_me(struct call *c)
{
	struct user user;
	enum result r = user_find(c->chat->db, c->chat->mem, c->chat->user, &user);

	if (r == OK) {
		cookie_renew_session(c);
		write_user(c, &user, STR_NONE);
	}
	return r;
}

enum result api_me_update(struct call *c)
{
	const struct me_in *in = c->in;
	const struct user_profile profile = {
		.display_name = in->display_name,
		.locale = in->locale,
		.away = in->away == FIELD_ABSENT ? DB_NULL : in->away,
	};
	struct user user;
	enum result r = user_update(c->chat, c->self_room, &profile, &user);

	if (r == OK) {
		write_user(c, &user, STR_NONE);
	}
	return r;
}

enum result api_me_password(struct call *c)
{
	const struct password_in *in = c->in;
	char token[SESSION_TOKEN_LENGTH + 1] = "";
	bool cookie = !request_bearer(c->req).ptr;
	enum result r = user_change_password(c->chat, in->old, in->new, c->req->address,
					     cookie ? token : NULL);

	if (r == OK && cookie) {
		cookie_set_session(c, str_from(token));
	}
	if (r == OK) {
		json_open_object(&c->reply->json);
		json_close_object(&c->reply->json);
	}
	OPENSSL_cleanse(token, sizeof token);
	return r;
}
