/* dispatch.c - from a request to its reply: every check that is the same for all. */
#include "api/dispatch.h"

#include <stdio.h>
#include <talloc.h>

#include "api/call.h"
#include "api/routes.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/die.h"
#include "base/log.h"
#include "chat/session.h"
#include "notify/wake.h"

/* What a request without an input may carry: nothing. */
static const struct field no_fields[] = { { .name = NULL } };
static const struct input no_input = { .fields = no_fields };

/* The route, or NULL: then *known tells whether the path exists for the other verb. */
static const struct route *find(struct call *c, bool *known)
{
	size_t count;
	const struct route *routes = api_routes(&count);

	*known = false;
	for (size_t i = 0; i < count; i++) {
		if (!router_match(routes[i].pattern, c->req->path, c->id, &c->token)) {
			continue;
		}
		if (routes[i].method == c->req->method) {
			return &routes[i];
		}
		*known = true;
	}
	return NULL;
}

/* Which verbs this path knows, for Allow. */
static void wrong_verb(struct call *c)
{
	static const struct fault fault = { .code = "method_not_allowed",
					    .message =
						    "That verb is not for this path." };
	size_t count;
	const struct route *routes = api_routes(&count);
	bool get = false;
	bool post = false;

	for (size_t i = 0; i < count; i++) {
		if (router_match(routes[i].pattern, c->req->path, c->id, &c->token)) {
			get = get || routes[i].method == METHOD_GET;
			post = post || routes[i].method == METHOD_POST;
		}
	}
	reply_error_status(c->reply, 405, &fault);
	reply_header(c->reply, "Allow",
		     get && post ? STR("GET, POST")
		     : get       ? STR("GET")
				 : STR("POST"));
}

static enum result fault_of(struct chat *chat, enum result r, const char *code,
			    const char *message)
{
	return chat_fail(chat, r, code, message, NULL);
}

static enum result sign_in(struct call *c, const struct route *route, struct str token)
{
	struct session s;

	if (route->auth == AUTH_SITE) {
		return OK;
	}
	enum result r =
		token.ptr ? session_find(c->chat->db, c->req->mem, token, &s) : E_AUTH;
	if (r == E_AUTH && route->auth == AUTH_MAYBE) {
		return OK;
	}
	if (r == OK) {
		c->chat->now = s.now;
		c->chat->user = s.user;
		c->chat->admin = s.admin;
		c->chat->session = s.id;
		c->self_room = s.self_room;
		session_stay_online(c->chat->db, &s);
	}
	if (r == OK && s.touched) {
		r = session_note_client(c->chat->db, s.id, c->req->user_agent,
					c->req->address);
	}
	return r;
}

/* PROTOCOL §1: what a browser could be made to send from elsewhere is looked at. */
static enum result check_site(struct call *c, const struct route *route, bool by_cookie)
{
	bool matters = by_cookie && (c->req->cookie.ptr || route->auth == AUTH_SITE);

	if (c->req->method == METHOD_POST && matters && request_is_cross_site(c->req)) {
		return fault_of(c->chat, E_FORBIDDEN, "cross_site",
				"This came from another site.");
	}
	return OK;
}

static enum result decode_body(struct call *c, const struct input *input, void *in,
			       bool by_cookie, struct fault *fault)
{
	struct str body;

	/* No body needs no type, unless a form of another site could have sent it. */
	bool typed = request_is_json(c->req);
	bool risky = by_cookie && c->req->cookie.ptr;
	if (!typed && (risky || c->req->content_length > 0)) {
		return E_MEDIA;
	}
	enum result r = request_body(c->req, (size_t)c->app->conf->max_json, &body);
	if (r != OK) {
		return r;
	}
	if (!typed && body.len) {
		return E_MEDIA;
	}
	return fields_from_json(c->req->mem, input->fields, body, in, fault);
}

/* What no form of another site could send, in the place of JSON's type. */
static enum result check_raw(struct call *c, bool by_cookie, struct fault *fault)
{
	if (by_cookie && c->req->cookie.ptr && !str_eq(c->req->x_palabre, STR("1"))) {
		fault->code = "missing_header";
		fault->message = "Send the header X-Palabre: 1.";
		return E_MEDIA;
	}
	return OK;
}

static enum result decode(struct call *c, const struct route *route, bool by_cookie)
{
	const struct input *input = route->input ? route->input : &no_input;
	struct fault fault = { 0 };
	void *in = die_if_null(talloc_zero_size(c->req->mem, input->size + 1));

	bool get = c->req->method == METHOD_GET;
	enum result r = OK;
	if (input->raw) {
		r = check_raw(c, by_cookie, &fault);
	} else if (!get) {
		r = decode_body(c, input, in, by_cookie, &fault);
	}
	if (r == OK) {
		r = fields_from_query(c->req->mem,
				      get || input->raw ? input->fields : no_fields,
				      c->req->query, in, &fault);
	}
	c->in = in;
	return r == OK ? OK
		       : chat_fail(c->chat, r, fault.code, fault.message, fault.field);
}

static enum result handle(struct call *c, const struct route *route)
{
	c->reply->status = route->status;
	enum result r = route->handler(c);
	if (r == OK && c->reply->body.full) {
		return fault_of(c->chat, E_TOO_LARGE, "reply_too_large",
				"The answer is too large. Ask for less.");
	}
	return r;
}

/*
 * Half of the queries are those that look up a session, so what is read most looks it up
 * in its own. E_AUTH: there is more to say or to note, and nothing was written.
 */
static enum result read_at_once(struct call *c, const struct route *route,
				struct str token, bool by_cookie)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	enum result r = E_AUTH;

	if (route->auth != AUTH_READ || !token.ptr || !token_hash(token, hash)) {
		return E_AUTH;
	}
	if (decode(c, route, by_cookie) == OK) {
		c->chat->claim = token_hash_str(hash);
		r = handle(c, route);
		c->chat->claim = STR_NONE;
	}
	if (r != E_AUTH && r != E_FIELD) {
		return r;
	}
	/* What is wrong with a field is for who is signed in. */
	c->chat->fault = (struct chat_fault){ 0 };
	return E_AUTH;
}

static enum result run(struct call *c, const struct route *route)
{
	bool by_cookie;
	struct str token = request_token(c->req, &by_cookie);

	enum result r = read_at_once(c, route, token, by_cookie);
	if (r != E_AUTH) {
		return r;
	}
	r = sign_in(c, route, token);
	if (r == OK) {
		r = check_site(c, route, by_cookie);
	}
	if (r == OK) {
		r = decode(c, route, by_cookie);
	}
	return r == OK ? handle(c, route) : r;
}

static void finish(struct call *c, enum result r)
{
	const struct chat_fault *f = &c->chat->fault;

	if (r != OK) {
		struct fault fault = {
			.code = f->code,
			.message = f->message,
			.field = f->field,
			.retry_after = f->retry_after,
		};
		reply_error(c->reply, r, &fault);
		return;
	}
	if (c->chat->log_grew && c->app->conf->wakes) {
		wake_send(c->app->wake_fd, c->app->conf->run_dir);
	}
}

/* For who looks for what is slow or refused. No query: what is searched for is private.
 */
static void note(const struct call *c, int64_t since)
{
	const struct request *req = c->req;
	static const char *const methods[] = {
		[METHOD_GET] = "GET", [METHOD_POST] = "POST", [METHOD_OTHER] = "other"
	};

	if (!log_wants(LOG_DEBUG)) {
		return;
	}
	log_debug("request", "method", methods[req->method], "path",
		  str_dupz(req->mem, req->path), "status",
		  str_printf(req->mem, "%d", c->reply->status).ptr, "refused",
		  c->chat->fault.code, "ms",
		  str_printf(req->mem, "%lld", (long long)(clock_monotonic_ms() - since))
			  .ptr,
		  NULL);
}

void api_serve(const struct app *app, struct request *req, struct reply *reply)
{
	struct chat chat = { .db = app->db,
			     .rooms = app->rooms,
			     .pages = app->pages,
			     .conf = app->conf,
			     .mem = req->mem };
	struct call c = { .app = app, .req = req, .reply = reply, .chat = &chat };
	int64_t since = clock_monotonic_ms();
	bool known;

	const struct route *route = find(&c, &known);
	if (route) {
		finish(&c, run(&c, route));
	} else if (known) {
		wrong_verb(&c);
	} else {
		finish(&c, E_NOT_FOUND);
	}
	note(&c, since);
}
