/* metrics.c - GET metrics: figures for monitoring, as Prometheus' text format 0.0.4. */
#include "api/handlers.h"
#include "queries.h"

/* A hub writes its figures at least so often; older ones are of a hub that is gone. */
#define FRESH_MS 30000

static bool is_loopback(struct str address)
{
	return str_starts(address, STR("127.")) || str_eq(address, STR("::1"));
}

/* The text before "{" or all of it. */
static struct str family(struct str name)
{
	return (struct str){ name.ptr, str_index(name, '{') };
}

static bool is_total(struct str name)
{
	struct str f = family(name);
	return f.len > 6 && str_eq(str_from_at(f, f.len - 6), STR("_total"));
}

static void put_type(struct buf *out, struct str name)
{
	buf_printf(out, "# TYPE " STR_FMT " %s\n", STR_ARG(family(name)),
		   is_total(name) ? "counter" : "gauge");
}

static void put_gauge(struct buf *out, const char *name, int64_t value)
{
	put_type(out, str_from(name));
	buf_printf(out, "%s %lld\n", name, (long long)value);
}

static enum result put_hubs(struct call *c, struct buf *out, int64_t now)
{
	struct row_metric_list *rows;
	size_t n;
	enum result r =
		q_metric_list(c->chat->db, c->req->mem, now - FRESH_MS, &rows, &n);

	for (size_t i = 0; r == OK && i < n; i++) {
		if (i == 0 || !str_eq(family(rows[i].name), family(rows[i - 1].name))) {
			put_type(out, rows[i].name);
		}
		buf_printf(out, STR_FMT " %lld\n", STR_ARG(rows[i].name),
			   (long long)rows[i].value);
	}
	return r;
}

enum result api_metrics(struct call *c)
{
	struct buf *out = &c->reply->body;
	struct row_metric_totals *t;
	struct row_clock *clock;
	size_t n;

	if (!c->chat->admin && !is_loopback(c->req->address)) {
		return c->chat->user ? E_FORBIDDEN : E_AUTH;
	}
	enum result r = q_clock(c->chat->db, c->req->mem, &clock, &n);
	if (r == OK) {
		r = q_metric_totals(c->chat->db, c->req->mem, &t, &n);
	}
	if (r != OK) {
		return r;
	}
	put_gauge(out, "palabre_users", t->users);
	put_gauge(out, "palabre_users_online", t->online);
	put_gauge(out, "palabre_rooms", t->rooms);
	put_gauge(out, "palabre_sessions", t->sessions);
	put_gauge(out, "palabre_messages_total", t->messages);
	put_gauge(out, "palabre_log_settled", t->settled);
	put_gauge(out, "palabre_log_newest", t->newest);
	c->reply->content_type = STR("text/plain; version=0.0.4; charset=utf-8");
	return put_hubs(c, out, clock->now);
}
