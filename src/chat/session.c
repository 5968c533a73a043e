/* session.c - who is signed in, where, until when. */
#include "chat/session.h"

#include <talloc.h>

#include "auth/token.h"
#include "base/die.h"
#include "base/utf8.h"
#include "chat/event.h"
#include "chat/fleeting.h"
#include "queries.h"

#define DAY_MS INT64_C(86400000)
#define AGENT_MAX_BYTES 200
#define ADDRESS_MAX_BYTES 45

_Static_assert(SESSION_TOKEN_LENGTH == TOKEN_LENGTH, "a session's token is a token");

enum result session_find(struct db *db, const void *mem, struct str token,
			 struct session *out)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	struct row_session_by_token *row;
	size_t n;

	if (!token_hash(token, hash)) {
		return E_AUTH;
	}
	enum result r = q_session_by_token(db, mem, token_hash_str(hash), &row, &n);
	if (r != OK || n == 0) {
		return r == OK ? E_AUTH : r;
	}
	*out = (struct session){
		.id = row->id,
		.user = row->user,
		.self_room = row->self_room,
		.admin = row->role == 1,
		.touched = row->last_seen < row->now - SESSION_TOUCH_MS,
		.online_until = row->online_until,
		.now = row->now,
	};
	if (out->touched) {
		/* Worth no failure: the next request tries again. */
		q_session_touch(db, row->id, row->now, row->now - SESSION_TOUCH_MS);
		q_user_touch(db, row->user, row->now);
	}
	return OK;
}

void session_stay_online(struct db *db, const struct session *s)
{
	if (s->online_until >= s->now + PRESENCE_SPARE_MS) {
		return;
	}
	q_presence_extend(db, s->user, s->now + PRESENCE_TTL_MS, s->now);
	if (s->online_until < s->now) {
		fleeting_presence(db, s->user, s->now);
	}
}

/* Browsers say what they like here: what is no text becomes "". */
static struct str clean_agent(struct str agent)
{
	if (agent.len > AGENT_MAX_BYTES) {
		agent.len = AGENT_MAX_BYTES;
		while (agent.len &&
		       ((unsigned char)agent.ptr[agent.len] & 0xc0) == 0x80) {
			agent.len--;
		}
	}
	return agent.ptr && utf8_text(agent, TEXT_LINE) ? agent : STR("");
}

static struct str clean_address(struct str address)
{
	return address.ptr && address.len <= ADDRESS_MAX_BYTES ? address : STR("");
}

enum result session_note_client(struct db *db, int64_t session, struct str agent,
				struct str address)
{
	return q_session_note_client(db, session, clean_agent(agent),
				     clean_address(address));
}

/* Deletes the row and tells the hubs, inside a transaction. E_NOT_FOUND: there is none.
 */
static enum result end_session(struct chat *c, int64_t user, int64_t session,
			       int64_t self_room)
{
	enum result r = q_session_remove(c->db, session, user);

	if (r == OK && db_affected(c->db) == 0) {
		return E_NOT_FOUND;
	}
	if (r == OK) {
		r = q_event_append(c->db, self_room, DB_NULL, EVENT_REVOKED,
				   c->user ? c->user : user, user, session, STR_NONE,
				   c->now);
		c->log_grew = true;
	}
	return r;
}

static enum result find_self_room(struct chat *c, int64_t user, int64_t *room)
{
	struct row_user_self_room *row;
	size_t n;
	enum result r = q_user_self_room(c->db, c->mem, user, &row, &n);

	*room = r == OK && n ? row->self_room : 0;
	return r;
}

/* The session that the browser comes with is replaced, whoever's it is. */
static enum result end_replaced(struct chat *c, struct str token)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	struct row_session_by_token *row;
	size_t n;

	if (!token_hash(token, hash)) {
		return OK;
	}
	enum result r = q_session_by_token(c->db, c->mem, token_hash_str(hash), &row, &n);
	if (r == OK && n) {
		r = end_session(c, row->user, row->id, row->self_room);
	}
	return r == E_NOT_FOUND ? OK : r;
}

enum result session_open_step(struct chat *c, int64_t user, struct session_new *s)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	enum result r = end_replaced(c, s->replaces);

	if (r == OK) {
		token_new(s->token);
		token_hash(str_from(s->token), hash);
		r = q_session_add(c->db, token_hash_str(hash), user, c->now,
				  c->now + c->conf->session_days * DAY_MS,
				  clean_agent(s->agent), clean_address(s->address));
		s->id = db_insert_id(c->db);
	}
	return r;
}

enum result session_rotate(struct chat *c, char token[SESSION_TOKEN_LENGTH + 1])
{
	uint8_t hash[TOKEN_HASH_BYTES];

	token_new(token);
	token_hash(str_from(token), hash);
	return q_session_set_token(c->db, c->session, token_hash_str(hash));
}

struct ending {
	struct chat *c;
	int64_t user;
	int64_t session; /* this one … */
	bool others;     /* … or all but this one */
	int64_t ended;
};

static enum result end_all(struct ending *e)
{
	struct row_session_lock_all *rows;
	size_t n;
	int64_t self_room;
	enum result r = find_self_room(e->c, e->user, &self_room);

	if (r == OK) {
		r = q_session_lock_all(e->c->db, e->c->mem, e->user, &rows, &n);
	}
	for (size_t i = 0; r == OK && i < n; i++) {
		if (rows[i].id != e->session) {
			r = end_session(e->c, e->user, rows[i].id, self_room);
			e->ended++;
		}
	}
	return r;
}

static enum result end_work(struct db *db, void *arg)
{
	struct ending *e = arg;
	int64_t self_room;

	(void)db;
	e->ended = 0;
	if (e->others) {
		return end_all(e);
	}
	enum result r = find_self_room(e->c, e->user, &self_room);
	return r == OK ? end_session(e->c, e->user, e->session, self_room) : r;
}

enum result session_revoke(struct chat *c, int64_t user, int64_t session)
{
	struct ending e = { .c = c, .user = user, .session = session };
	enum result r = db_transaction(c->db, end_work, &e);

	if (r == E_UNKNOWN) {
		/* Ending it twice does no harm; gone already is what was wanted. */
		r = db_transaction(c->db, end_work, &e);
		r = r == E_NOT_FOUND ? OK : r;
	}
	if (r == E_NOT_FOUND) {
		return chat_fail(c, r, "session_not_found", "There is no such session.",
				 NULL);
	}
	return r;
}

enum result session_revoke_all_step(struct chat *c, int64_t user, int64_t but,
				    int64_t *ended)
{
	struct ending e = { .c = c, .user = user, .session = but, .others = true };
	enum result r = end_all(&e);

	if (ended) {
		*ended = e.ended;
	}
	return r;
}

enum result session_revoke_all(struct chat *c, int64_t user, int64_t but, int64_t *ended)
{
	struct ending e = { .c = c, .user = user, .session = but, .others = true };
	enum result r = db_transaction(c->db, end_work, &e);

	if (r == E_UNKNOWN) {
		r = db_transaction(c->db, end_work, &e);
	}
	if (r == OK && ended) {
		*ended = e.ended;
	}
	return r == E_UNKNOWN ? E_UNAVAILABLE : r;
}

enum result session_list(struct chat *c, struct session_line **out, size_t *count)
{
	struct row_session_list *rows;
	enum result r = q_session_list(c->db, c->mem, c->user, &rows, count);

	if (r != OK) {
		return r;
	}
	*out = die_if_null(talloc_array(c->mem, struct session_line, *count + 1));
	for (size_t i = 0; i < *count; i++) {
		(*out)[i] = (struct session_line){
			.id = rows[i].id,
			.created_at = rows[i].created_at,
			.last_seen = rows[i].last_seen,
			.agent = rows[i].agent,
			.address = rows[i].address,
		};
	}
	return OK;
}
