/* fill.h - enough rows in every table that the optimizer chooses as it will in service.
 *
 * Ids and times both count from 1 up, so that one number stands for either. */
#ifndef PALABRE_TESTS_FILL_H
#define PALABRE_TESTS_FILL_H

#include "database.h"

static const char *const fill_statements[] = {
	"INSERT INTO user (id, name, canonical, display_name, password, self_room, "
	"last_seen,"
	" online_until, created_at)"
	" SELECT seq, CONCAT('user', seq), CONCAT('user', seq), CONCAT('User ', seq), "
	"'x',"
	" 10000 + seq, seq, seq, seq FROM seq_1_to_4000",
	"INSERT INTO session (id, token, user, created_at, last_seen, expires_at, agent, "
	"address)"
	" SELECT seq, UNHEX(SHA2(seq, 256)), seq % 4000 + 1, seq, seq,"
	" IF(seq % 2, seq, seq + 4000000000000), 'agent', '192.0.2.1' FROM seq_1_to_6000",
	"INSERT INTO room (id, kind, name, topic, last_seq, messages, last_message, "
	"members,"
	" created_by, created_at, pair, public_name)"
	" SELECT seq, seq % 3, CONCAT('room', seq), '', 60, 30, 60, 20, seq, seq,"
	" IF(seq % 3 = 2, CONCAT(seq, ':', seq + 1), NULL),"
	" IF(seq % 3, NULL, CONCAT('room', seq)) FROM seq_1_to_1500",
	"INSERT INTO room (id, kind, name, topic, created_by, created_at)"
	" SELECT 10000 + seq, 3, '', '', seq, seq FROM seq_1_to_4000",
	"INSERT INTO member (room, user, role, joined_at, last_read)"
	" SELECT 10000 + seq, seq, 2, seq, 0 FROM seq_1_to_4000",
	"INSERT INTO member (room, user, role, joined_at, last_read)"
	" SELECT r.seq, (r.seq * 7 + m.seq * 131) % 4000 + 1, m.seq = 1, r.seq, m.seq"
	" FROM seq_1_to_1500 r JOIN seq_1_to_20 m",
	"INSERT IGNORE INTO member (room, user, role, joined_at, last_read)"
	" VALUES (12, 12, 1, 12, 2), (12, 13, 0, 12, 2)",
	"INSERT INTO message (room, seq, user, client_id, digest, body, created_at)"
	" SELECT r.seq, m.seq * 2, r.seq, CONCAT(r.seq, '-', "
	"m.seq), 'x',"
	" CONCAT('word', r.seq, ' of the body number ', m.seq), r.seq * 30 + m.seq"
	" FROM seq_1_to_1500 r JOIN seq_1_to_30 m",
	"INSERT INTO event (id, room, seq, type, actor, subject, target, created_at)"
	" SELECT m.seq * 1500 + r.seq, r.seq, m.seq * 2, 1, 1, NULL, m.seq * 2,"
	" m.seq * 1500 + r.seq FROM seq_1_to_1500 r JOIN seq_1_to_30 m",
	"INSERT INTO event (room, seq, type, actor, subject, created_at)"
	" SELECT r.seq, m.seq * 2 - 1, 5, 1, (r.seq * 7 + m.seq * 131) % 4000 + 1, 40000 "
	"+ r.seq"
	" FROM seq_1_to_1500 r JOIN seq_1_to_20 m",
	"INSERT INTO reaction (room, seq, emoji, user, at)"
	" SELECT r.seq, m.seq * 2, 'x', m.seq, r.seq FROM seq_1_to_1500 r JOIN "
	"seq_1_to_5 m",
	"INSERT INTO mention (user, room, seq)"
	" SELECT (r.seq * 7 + m.seq * 131) % 4000 + 1, r.seq, m.seq * 2"
	" FROM seq_1_to_1500 r JOIN seq_1_to_5 m",
	"INSERT INTO bucket (name, until) SELECT CONCAT('user', seq), seq FROM "
	"seq_1_to_4000",
	"INSERT INTO login_delay (name, failures, until, last)"
	" SELECT CONCAT('user', seq), 1, seq, seq FROM seq_1_to_4000",
	"INSERT INTO known_network (user, network, used_at)"
	" SELECT seq, '192.0.2', seq FROM seq_1_to_4000",
	"INSERT INTO fleeting (type, room, user, upto, created_at)"
	" SELECT seq % 3, seq, seq, 0, seq FROM seq_1_to_4000",
	"INSERT INTO attachment (id, token, user, state, room, seq, name, type, size, "
	"width,"
	" height, animated, thumb, created_at)"
	" SELECT seq, CONCAT('token', seq), seq % 4000 + 1, IF(seq % 20, 1, seq % 3),"
	" IF(seq % 20, seq % 1500 + 1, NULL), IF(seq % 20, seq % 30 * 2, NULL), 'a', 1, "
	"10, "
	"1,"
	" 1, 0, 0, seq FROM seq_1_to_6000",
	"INSERT INTO attachment_chunk (attachment, kind, n, data)"
	" SELECT seq, 0, 0, '0123456789' FROM seq_1_to_6000",
	NULL
};

/* Tables of one row, or a handful: a full scan is all there is to read. */
static const char *const fill_small_tables[] = { "meta", "log_mark", "schema_migration",
						 "metric", NULL };

static inline bool fill_is_small(const char *table)
{
	for (const char *const *t = fill_small_tables; *t; t++) {
		if (strcmp(*t, table) == 0) {
			return true;
		}
	}
	return false;
}

/* Fails where a table is left empty: the schema has grown, and this file must too. */
static inline void database_fill(const struct database *d)
{
	for (const char *const *s = fill_statements; *s; s++) {
		sql_run(d->admin, "%s", *s);
	}
	MYSQL_RES *rows = sql_query(d->admin, "SHOW TABLES");
	MYSQL_ROW row;
	while ((row = mysql_fetch_row(rows))) {
		if (!fill_is_small(row[0]) &&
		    sql_int(d->admin, "SELECT COUNT(*) FROM %s", row[0]) < 1000) {
			fail_msg("tests/sql/fill.h puts too little into %s", row[0]);
		}
		sql_run(d->admin, "ANALYZE TABLE %s", row[0]);
	}
	mysql_free_result(rows);
}

#endif
