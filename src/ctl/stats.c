/* stats.c - palabrectl stats and purge: what there is, and what has had its time. */
#include <stdio.h>
#include <time.h>

#include "chat/retention.h"
#include "ctl/ctl.h"
#include "queries.h"

static void put(struct ctl *c, const char *key, const char *text, int64_t value)
{
	ctl_say(c, "%-34s %12lld", text, (long long)value);
	json_put_int(&c->j, key, value);
}

enum ctl_exit ctl_stats(struct ctl *c)
{
	struct row_admin_stats *s;
	struct row_admin_day *day;
	size_t n;
	enum result r = q_admin_stats(c->db, c->mem, &s, &n);

	if (r == OK) {
		r = q_admin_day(c->db, c->mem, &day, &n);
	}
	if (r != OK) {
		return ctl_result(c, r, "stats");
	}
	json_open_object(&c->j);
	put(c, "users", "accounts", s->users);
	put(c, "disabled", "  of them disabled", s->disabled);
	put(c, "admins", "  of them administrators", s->admins);
	put(c, "active_day", "  seen in the last 24 hours", day->active);
	put(c, "sessions", "sessions", s->sessions);
	put(c, "rooms", "rooms", s->rooms);
	put(c, "messages", "messages ever sent", s->messages);
	put(c, "sent_day", "  in the last 24 hours", day->sent);
	put(c, "events", "events in the log", s->events);
	put(c, "settled", "log settled up to", s->settled);
	put(c, "bytes", "bytes in the database, about", s->bytes);
	ctl_say(c, "%-34s %12s", "epoch", ctl_text(c, s->epoch));
	json_put_str(&c->j, "epoch", s->epoch);
	json_close_object(&c->j);
	return CTL_OK;
}

static bool days(struct ctl *c, const char *option, int64_t *out)
{
	const char *v = ctl_option(c, option);

	if (v && !str_to_int(str_from(v), 1, 36500, out)) {
		ctl_fail(c, CTL_USAGE, "--%s takes a number of days", option);
		return false;
	}
	return true;
}

/* Senders come first: a pause between batches. */
static void pause_between(void)
{
	const struct timespec t = { 0, 20000000 };

	nanosleep(&t, NULL);
}

enum ctl_exit ctl_purge(struct ctl *c)
{
	struct conf conf = *c->conf;

	if (!days(c, "events", &conf.event_days) ||
	    !days(c, "messages", &conf.message_days)) {
		return CTL_USAGE;
	}
	json_open_object(&c->j);
	for (enum retention_kind kind = 0; kind < RETENTION_KINDS; kind++) {
		int64_t removed = 0, batch;
		do {
			enum result r = retention_step(c->db, &conf, kind, &batch);
			if (r != OK) {
				return ctl_result(c, r, retention_name(kind));
			}
			removed += batch;
			ctl_progress(c, "%s: %lld removed", retention_name(kind),
				     (long long)removed);
			if (batch) {
				pause_between();
			}
		} while (batch);
		ctl_progress(c, "%s", "");
		put(c, retention_name(kind), retention_name(kind), removed);
	}
	json_close_object(&c->j);
	return CTL_OK;
}
