/* selftest_url.c - selftest --url: what the network between here and the server does. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "auth/token.h"
#include "base/clock.h"
#include "chat/log.h"
#include "chat/session.h"
#include "ctl/advice.h"
#include "ctl/check.h"
#include "ctl/domain.h"
#include "ctl/fetch.h"
#include "queries.h"

#define PLAIN_TIMEOUT_MS 10000
#define RTT_TRIES 5
/* Should we be killed meanwhile, the session ends by itself soon. */
#define SESSION_MS (10 * 60 * 1000)
#define STREAM_BEAT "2"
#define STREAM_TIMEOUT_MS 20000
/* No hello within this is silence. */
#define SILENT_MS 8000
/* The probe is sent 1.5 s after the hello: closer than this, something held both back …
 */
#define TOGETHER_MS 500
/* … and where a hello comes so late, or a probe so long after it, each was held back
 * until the next frame pushed it out. */
#define LATE_MS 1050
#define APART_MS 2800
/* A poll that broke sooner was not cut for its silence. */
#define SHORTEST_MS 2000
#define QUIET_TRIES 4

/* What of the findings an admin can mend: the symptoms of advice.h. */
enum symptom { SYMPTOM_STREAM, SYMPTOM_REFUSED, SYMPTOM_IDLE, SYMPTOM_POST, SYMPTOMS };

static const char *const symptom_names[] = {
	[SYMPTOM_STREAM] = "stream",
	[SYMPTOM_REFUSED] = "refused",
	[SYMPTOM_IDLE] = "idle",
	[SYMPTOM_POST] = "post",
};

struct url_check {
	struct checks *k;
	struct fetcher *fetcher;
	enum result same;             /* OK: it is our database's server that answers */
	char token[TOKEN_LENGTH + 1]; /* of the session made for this; "" = none */
	bool unknown;                 /* and the server does not know us by it */
	int64_t session, user;
	int64_t rtt_ms;
	bool streams;        /* the server offers them */
	const char *between; /* headers that name who passed a reply on */
	bool found[SYMPTOMS];
};

static void warn(struct url_check *u, enum symptom s, const char *topic, const char *text)
{
	u->found[s] = true;
	check_note(u->k, CHECK_WARNING, topic, "%s", text);
}

static bool says(const struct fetch *x, const char *what)
{
	return x->text.len &&
	       memmem(x->text.ptr, x->text.len, what, strlen(what)) != NULL;
}

static const char *token_of(const struct url_check *u)
{
	return u->token[0] ? u->token : NULL;
}

/* --- a session of an administrator's, for the while ------------------------------------
 */

static enum result find_account(struct ctl *c, struct chat *chat, int64_t *id)
{
	const char *name = ctl_option(c, "as");
	struct user user;
	struct row_admin_users *rows;
	size_t n;

	if (name) {
		enum result r = ctl_find_user(c, chat, str_from(name), &user);
		*id = user.id;
		return r;
	}
	enum result r = ctl_chat(c, chat);
	if (r == OK) {
		r = q_admin_users(c->db, c->mem, &rows, &n);
	}
	for (size_t i = 0; r == OK && i < n; i++) {
		if (rows[i].role && !rows[i].disabled) {
			*id = rows[i].id;
			return OK;
		}
	}
	return r == OK ? E_NOT_FOUND : r;
}

static void open_session(struct url_check *u)
{
	struct ctl *c = u->k->c;
	struct chat chat;
	uint8_t hash[TOKEN_HASH_BYTES];
	enum result r = u->same;

	if (r == OK) {
		r = find_account(c, &chat, &u->user);
	}
	if (r == OK) {
		token_new(u->token);
		token_hash(str_from(u->token), hash);
		r = q_session_add(c->db, token_hash_str(hash), u->user, chat.now,
				  chat.now + SESSION_MS, STR("palabrectl selftest"),
				  STR(""));
		u->session = db_insert_id(c->db);
	}
	if (r != OK) {
		u->token[0] = '\0';
		check_note(u->k, CHECK_WARNING, "session", "streams are not measured: %s",
			   r == E_NOT_FOUND ? "there is no such account to do it as"
					    : db_error(c->db));
	}
}

/* As when one signs out, so that no stream goes on that something on the way keeps. */
static void close_session(struct url_check *u)
{
	struct ctl *c = u->k->c;
	struct chat chat;

	if (!u->token[0]) {
		return;
	}
	enum result r = ctl_chat(c, &chat);
	if (r == OK) {
		r = session_revoke(&chat, u->user, u->session);
	}
	if (r == OK) {
		ctl_chat_done(c, &chat, r, "selftest");
	} else if (r != E_NOT_FOUND) {
		check_note(u->k, CHECK_WARNING, "session",
			   "the session made for this could not be removed: it ends by "
			   "itself in ten minutes");
	}
}

/* --- who answers, and which verbs pass -------------------------------------------------
 */

static void note_names(struct url_check *u, const struct fetch *x)
{
	static const char *const names[] = { "Server", "Via", "X-Cache" };
	struct buf out;

	buf_init(&out, u->k->c->mem, 1024);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str value = fetch_header(x, names[i]);
		if (value.len) {
			buf_printf(&out, "%s%s: " STR_FMT, out.len ? "; " : "", names[i],
				   STR_ARG(value));
		}
	}
	u->between = ctl_text(u->k->c, buf_str(&out));
	if (out.len) {
		check_note(u->k, CHECK_GOOD, "way", "passed on by %s", u->between);
	}
}

/* Is it the server of this database? Nobody else is to be given a token of it. */
static enum result compare_epochs(struct ctl *c, const struct fetch *status)
{
	struct log_place place;
	enum result r = log_mark_read(c->db, c->mem, &place);

	if (r != OK) {
		return r;
	}
	return says(status,
		    str_printf(c->mem, "\"epoch\":\"" STR_FMT "\"", STR_ARG(place.epoch))
			    .ptr)
		       ? OK
		       : E_CONFLICT;
}

static bool check_answers(struct url_check *u)
{
	struct fetch x = { .path = "api/v1/status", .timeout_ms = PLAIN_TIMEOUT_MS };

	for (int i = 0; i < RTT_TRIES; i++) {
		fetch_run(u->fetcher, &x);
		if (!x.status) {
			check_note(u->k, CHECK_BAD, "answers", "nobody answers: %s",
				   x.error);
			return false;
		}
		if (!str_starts(buf_str(&x.text), STR("{\"version\":")) ||
		    !says(&x, "\"protocol\":1")) {
			check_note(u->k, CHECK_BAD, "answers",
				   "something else answers in the server's place, with "
				   "status %" PRId64 " and %s",
				   x.status,
				   ctl_text(u->k->c, fetch_header(&x, "Content-Type")));
			return false;
		}
		/* The first one also connects. */
		u->rtt_ms = i == 0 || x.took_ms < u->rtt_ms ? x.took_ms : u->rtt_ms;
	}
	u->same = compare_epochs(u->k->c, &x);
	if (u->same == E_CONFLICT) {
		check_note(u->k, CHECK_BAD, "answers",
			   "another server answers there: its epoch is not that of the "
			   "database used here");
		return false;
	}
	u->streams = says(&x, "\"sse\"");
	check_note(u->k, CHECK_GOOD, "answers",
		   "the server itself answers, in %" PRId64 " ms, by %s", u->rtt_ms,
		   x.http);
	note_names(u, &x);
	struct str cache = fetch_header(&x, "Cache-Control");
	check_that(u->k, memmem(cache.ptr, cache.len, "no-store", 8) != NULL,
		   CHECK_WARNING, "headers", "Cache-Control arrives as \"%s\"",
		   ctl_text(u->k->c, cache));
	return true;
}

static void check_verbs(struct url_check *u)
{
	/* There is nothing in it, so it changes nothing. */
	struct fetch post = { .path = "api/v1/me",
			      .body = "{}",
			      .token = token_of(u),
			      .timeout_ms = PLAIN_TIMEOUT_MS };
	struct fetch put = { .path = "api/v1/status",
			     .method = "PUT",
			     .body = "{}",
			     .timeout_ms = PLAIN_TIMEOUT_MS };

	fetch_run(u->fetcher, &post);
	if (says(&post, "{\"user\":") || says(&post, "\"code\":\"not_signed_in\"")) {
		check_note(u->k, CHECK_GOOD, "verbs", "GET and POST pass");
	} else {
		u->found[SYMPTOM_POST] = true;
		check_note(u->k, CHECK_BAD, "verbs",
			   "POST is blocked (status %" PRId64 "): nothing can be sent",
			   post.status);
	}
	u->unknown = token_of(u) && says(&post, "\"code\":\"not_signed_in\"");
	if (u->unknown) {
		check_note(u->k, CHECK_WARNING, "session",
			   "streams are not measured: the account's session does not "
			   "reach the server, so something takes Authorization away");
	}
	fetch_run(u->fetcher, &put);
	check_note(u->k, CHECK_GOOD, "verbs", "other verbs %s; nothing needs them",
		   says(&put, "\"code\":\"method_not_allowed\"") ? "pass, too"
								 : "are blocked");
}

/* --- a stream, and a connection that is quiet ------------------------------------------
 */

struct watch {
	int64_t start, hello, probe, beat; /* monotonic ms; 0 = not yet */
};

static void first_sight(struct str text, const char *what, int64_t *at)
{
	if (!*at && memmem(text.ptr, text.len, what, strlen(what))) {
		*at = clock_monotonic_ms();
	}
}

static bool watch_more(void *arg, struct str text)
{
	struct watch *w = arg;

	first_sight(text, "\"type\":\"hello\"", &w->hello);
	first_sight(text, "\"type\":\"probe\"", &w->probe);
	first_sight(text, "\"type\":\"beat\"", &w->beat);
	return !w->beat;
}

static void judge_stream(struct url_check *u, const struct fetch *x,
			 const struct watch *w)
{
	int64_t first = w->hello - w->start;

	if (!w->hello && x->timed_out) {
		warn(u, SYMPTOM_STREAM, "stream",
		     "nothing of a stream comes through: something holds it to its end");
	} else if (!w->hello) {
		check_note(u->k, CHECK_WARNING, "stream",
			   "streams are refused on the way, with status %" PRId64,
			   x->status);
		u->found[SYMPTOM_REFUSED] = true;
	} else if (first > SILENT_MS) {
		warn(u, SYMPTOM_STREAM, "stream",
		     "a stream comes through many seconds late");
	} else if (w->probe && w->probe - w->hello < TOGETHER_MS) {
		warn(u, SYMPTOM_STREAM, "stream",
		     "streams are gathered and passed on in large pieces");
	} else if (first > LATE_MS + 3 * u->rtt_ms || w->probe - w->hello > APART_MS) {
		warn(u, SYMPTOM_STREAM, "stream",
		     "each piece of a stream is held back until the next one comes");
	} else if (w->beat) {
		check_note(u->k, CHECK_GOOD, "stream",
			   "a stream flows: its first word came after %" PRId64
			   " ms, and nothing was held back",
			   first);
	} else {
		warn(u, x->timed_out ? SYMPTOM_STREAM : SYMPTOM_IDLE, "stream",
		     x->timed_out ? "a stream begins well, then nothing more of it comes"
				  : "a stream is cut soon after its beginning");
	}
}

static void check_stream(struct url_check *u)
{
	struct watch w = { .start = clock_monotonic_ms() };
	struct fetch x = { .path = "stream/events?client=selftest&beat=" STREAM_BEAT,
			   .token = token_of(u),
			   .timeout_ms = STREAM_TIMEOUT_MS,
			   .more = watch_more,
			   .arg = &w };

	fetch_run(u->fetcher, &x);
	judge_stream(u, &x, &w);
	if (!w.hello) {
		return;
	}
	struct str type = fetch_header(&x, "Content-Type");
	check_that(u->k, str_starts(type, STR("text/event-stream")), CHECK_BAD, "headers",
		   "a stream's Content-Type arrives as \"%s\"", ctl_text(u->k->c, type));
}

static void check_quiet(struct url_check *u, int64_t seconds)
{
	const char *path =
		str_printf(u->k->c->mem, "stream/poll?client=selftest&wait=%" PRId64,
			   seconds)
			.ptr;
	struct fetch x = { .path = path,
			   .token = token_of(u),
			   .timeout_ms = seconds * 1000 + PLAIN_TIMEOUT_MS };
	int64_t longest = 0;

	for (int i = 0; i < QUIET_TRIES && longest < seconds * 900; i++) {
		fetch_run(u->fetcher, &x);
		if (!says(&x, "\"cursor\":")) {
			break;
		}
		longest = x.took_ms > longest ? x.took_ms : longest;
	}
	if (says(&x, "\"cursor\":") && longest < seconds * 900) {
		check_note(
			u->k, CHECK_WARNING, "quiet",
			"it was never quiet for long enough to tell: the account's rooms "
			"are busy, another one may do (--as=NAME)");
	} else if (says(&x, "\"cursor\":")) {
		check_note(u->k, CHECK_GOOD, "quiet",
			   "a quiet connection lasts %" PRId64 " s and more",
			   longest / 1000);
	} else if (x.took_ms < SHORTEST_MS) {
		warn(u, SYMPTOM_REFUSED, "quiet",
		     "a connection that waits breaks at once");
	} else {
		u->found[SYMPTOM_IDLE] = true;
		check_note(u->k, CHECK_WARNING, "quiet",
			   "a quiet connection is cut after %" PRId64 " s",
			   x.took_ms / 1000);
	}
}

/* --- advice
 * ----------------------------------------------------------------------------- */

static void put_advice(struct url_check *u, const struct advice *a)
{
	struct ctl *c = u->k->c;
	struct str rest = str_from(a->lines);

	ctl_say(c, "\nWhat may help, in %s:", a->server);
	while (rest.ptr && rest.len) {
		struct str line = str_split(&rest, '\n');
		ctl_say(c, "    " STR_FMT, STR_ARG(line));
	}
	json_open_object(&c->j);
	json_put_str(&c->j, "symptom", str_from(a->symptom));
	json_put_str(&c->j, "server", str_from(a->server));
	json_put_str(&c->j, "lines", str_from(a->lines));
	json_close_object(&c->j);
}

/* For what was found; those that named themselves on the way come first. */
static void put_all_advice(struct url_check *u)
{
	json_key(&u->k->c->j, "advice");
	json_open_array(&u->k->c->j);
	for (int named = 1; named >= 0; named--) {
		for (const struct advice *a = advice; a->symptom; a++) {
			for (int s = 0; s < SYMPTOMS; s++) {
				if (u->found[s] &&
				    strcmp(a->symptom, symptom_names[s]) == 0 &&
				    (strcasestr(u->between, a->server) != NULL) ==
					    named) {
					put_advice(u, a);
				}
			}
		}
	}
	json_close_array(&u->k->c->j);
}

bool check_url(struct checks *k, const char *url, int64_t quiet)
{
	struct url_check u = { .k = k, .between = "" };

	u.fetcher = fetcher_create(k->c->mem, url);
	if (!u.fetcher) {
		return false;
	}
	json_key(&k->c->j, "checks");
	json_open_array(&k->c->j);
	if (check_answers(&u)) {
		open_session(&u);
		check_verbs(&u);
		bool known = u.token[0] && !u.unknown;
		if (!u.streams) {
			check_note(k, CHECK_GOOD, "stream",
				   "the server offers none here: clients poll");
		} else if (known) {
			check_stream(&u);
		}
		if (u.streams && known && quiet) {
			check_quiet(&u, quiet);
		}
		close_session(&u);
	}
	json_close_array(&k->c->j);
	put_all_advice(&u);
	fetcher_destroy(u.fetcher);
	return true;
}
