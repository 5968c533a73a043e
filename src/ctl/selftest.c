/* selftest.c - palabrectl selftest: is this installation sound? */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <talloc.h>

#include "base/clock.h"
#include "base/die.h"
#include "ctl/check.h"
#include "db/migrate.h"
#include "queries.h"

#define CLOCK_TOLERANCE_MS 2000
#define MIN_PACKET (8 << 20)
/* A quiet connection is watched for so long; a poll may be held for 50 s. */
#define DEFAULT_QUIET_S 25
#define MAX_QUIET_S 50

static const struct str verdicts[] = {
	[CHECK_GOOD] = { "good", 4 },
	[CHECK_WARNING] = { "warning", 7 },
	[CHECK_BAD] = { "bad", 3 },
};

void check_note(struct checks *k, enum verdict v, const char *topic, const char *fmt, ...)
{
	struct json *j = &k->c->j;
	va_list ap;

	va_start(ap, fmt);
	char *text = die_if_null(talloc_vasprintf(k->c->mem, fmt, ap));
	va_end(ap);
	k->count[v]++;
	ctl_say(k->c, "%-8s %-10s %s", verdicts[v].ptr, topic, text);
	json_open_object(j);
	json_put_str(j, "verdict", verdicts[v]);
	json_put_str(j, "topic", str_from(topic));
	json_put_str(j, "text", str_from(text));
	json_close_object(j);
}

/* Is what the server said committed there after a power cut? */
static void check_durability(struct checks *k, const struct row_admin_server *s)
{
	check_that(k, s->flush == 1, CHECK_BAD, "durable",
		   "innodb_flush_log_at_trx_commit is %" PRId64 "%s", s->flush,
		   s->flush == 1 ? "" : ": a power cut loses messages; it must be 1");
	check_that(k,
		   !str_eq(s->doublewrite, STR("0")) &&
			   !str_eq(s->doublewrite, STR("OFF")),
		   CHECK_WARNING, "durable", "innodb_doublewrite is " STR_FMT,
		   STR_ARG(s->doublewrite));
	if (s->log_bin) {
		check_that(k, s->sync_binlog == 1, CHECK_WARNING, "durable",
			   "sync_binlog is %" PRId64
			   " (1: no replica gets ahead of a crash)",
			   s->sync_binlog);
	}
}

static void check_server(struct checks *k, const struct row_admin_server *s)
{
	check_note(k, CHECK_GOOD, "database", "version " STR_FMT, STR_ARG(s->version));
	check_that(k, !s->read_only, CHECK_BAD, "database", "it %s",
		   s->read_only ? "is read-only" : "can be written to");
	check_that(k, s->packet >= MIN_PACKET, CHECK_BAD, "database",
		   "max_allowed_packet is %" PRId64 " MiB (8 at least)", s->packet >> 20);
	check_that(k, s->connections >= k->c->conf->workers + 12, CHECK_WARNING,
		   "database",
		   "max_connections is %" PRId64 ", for %" PRId64 " workers and the hub",
		   s->connections, k->c->conf->workers);
	check_that(k, s->token_size <= 2, CHECK_WARNING, "search",
		   "innodb_ft_min_token_size is %" PRId64 "%s", s->token_size,
		   s->token_size <= 2 ? "" : ": shorter words are not found");
	check_durability(k, s);
}

static void check_rights(struct checks *k)
{
	struct row_admin_grants *grants;
	size_t n;

	if (q_admin_grants(k->c->db, k->c->mem, &grants, &n) != OK) {
		return;
	}
	check_that(k, n == 0, CHECK_WARNING, "account",
		   n ? "the database account may do more than it needs (%.*s …)"
		     : "the database account has no rights beyond its database%.*s",
		   n ? (int)grants->name.len : 0, n ? grants->name.ptr : "");
}

static void check_schema(struct checks *k)
{
	int newest = migrations[migration_count - 1].version, version = 0;
	struct row_admin_tables *tables;
	size_t n;

	if (migrate_version(k->c->db, &version) != OK) {
		check_note(k, CHECK_BAD, "schema", "%s", db_error(k->c->db));
		return;
	}
	check_that(k, version == newest, CHECK_BAD, "schema", "version %d%s", version,
		   version < newest   ? ": run palabrectl migrate"
		   : version > newest ? ": newer than this program"
				      : "");
	if (version && q_admin_tables(k->c->db, k->c->mem, &tables, &n) == OK) {
		check_that(k, tables->other == 0, CHECK_BAD, "schema",
			   "%" PRId64 " of %" PRId64 " tables are InnoDB in utf8mb4",
			   tables->count - tables->other, tables->count);
	}
}

void check_database(struct checks *k)
{
	struct row_admin_server *server;
	struct row_clock *clock;
	size_t n;

	if (db_open(k->c->db) != OK) {
		check_note(k, CHECK_BAD, "database", "%s", db_error(k->c->db));
		return;
	}
	if (q_admin_server(k->c->db, k->c->mem, &server, &n) != OK ||
	    !server->database.ptr) {
		check_note(k, CHECK_BAD, "database", "it tells nothing of itself: %s",
			   db_error(k->c->db));
		return;
	}
	check_server(k, server);
	check_rights(k);
	check_schema(k);
	if (q_clock(k->c->db, k->c->mem, &clock, &n) == OK) {
		int64_t off = clock->now - clock_wall_ms();
		check_that(k, off < CLOCK_TOLERANCE_MS && off > -CLOCK_TOLERANCE_MS,
			   CHECK_WARNING, "clock",
			   "the database's clock differs from ours by %" PRId64 " ms",
			   off);
	}
}

static void check_installation(struct checks *k)
{
	json_key(&k->c->j, "checks");
	json_open_array(&k->c->j);
	check_database(k);
	check_host(k);
	check_web(k);
	json_close_array(&k->c->j);
}

enum ctl_exit ctl_selftest(struct ctl *c)
{
	struct checks k = { .c = c };
	const char *url = ctl_option(c, "url"), *idle = ctl_option(c, "idle");
	int64_t quiet = DEFAULT_QUIET_S;

	if (!url && (idle || ctl_option(c, "as"))) {
		return ctl_fail(c, CTL_USAGE, "--idle and --as go with --url");
	}
	if (idle && !str_to_int(str_from(idle), 0, MAX_QUIET_S, &quiet)) {
		return ctl_fail(c, CTL_USAGE, "--idle takes 0 to %d seconds",
				MAX_QUIET_S);
	}
	json_open_object(&c->j);
	if (!url) {
		check_installation(&k);
	} else if (!check_url(&k, url, quiet)) {
		c->out.len = 0;
		return ctl_fail(c, CTL_USAGE, "--url takes an http or https URL");
	}
	json_put_int(&c->j, "good", k.count[CHECK_GOOD]);
	json_put_int(&c->j, "warnings", k.count[CHECK_WARNING]);
	json_put_int(&c->j, "bad", k.count[CHECK_BAD]);
	json_close_object(&c->j);
	ctl_say(c, "%d good, %d %s, %d bad", k.count[CHECK_GOOD], k.count[CHECK_WARNING],
		k.count[CHECK_WARNING] == 1 ? "warning" : "warnings", k.count[CHECK_BAD]);
	return k.count[CHECK_BAD] ? CTL_UNSOUND : CTL_OK;
}
