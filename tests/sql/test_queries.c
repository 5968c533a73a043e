/* test_queries.c - every named query against the schema: its signature, and its plan.
 *
 * A query may not read a whole table, nor a whole index, unless its heading says slow-ok.
 */
#include "fill.h"

#include <mysqld_error.h>

#include "base/buf.h"
#include "db/statement.h"

/* What statement.c has room for. */
#define MAX_VALUES 32

struct fixture {
	struct database database;
	struct buf wrong; /* everything found, so that one run tells all */
};

static int setup(void **state)
{
	struct fixture *f = talloc_zero(NULL, struct fixture);

	*state = f;
	buf_init(&f->wrong, f, 1 << 20);
	database_create(&f->database, "palabre_test_queries");
	database_migrate(&f->database);
	database_fill(&f->database);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	database_destroy(&f->database);
	talloc_free(f);
	return 0;
}

static void tell(struct fixture *f)
{
	if (f->wrong.len) {
		struct str all = buf_str(&f->wrong);
		f->wrong.len = 0;
		fail_msg("\n" STR_FMT, STR_ARG(all));
	}
}

static bool is_integer(const MYSQL_FIELD *c)
{
	switch (c->type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
		return true;
	case MYSQL_TYPE_NEWDECIMAL: /* SUM() */
		return c->decimals == 0;
	default:
		return false;
	}
}

static bool is_text(const MYSQL_FIELD *c)
{
	switch (c->type) {
	case MYSQL_TYPE_STRING:
	case MYSQL_TYPE_VAR_STRING:
	case MYSQL_TYPE_VARCHAR:
	case MYSQL_TYPE_TINY_BLOB:
	case MYSQL_TYPE_BLOB:
	case MYSQL_TYPE_MEDIUM_BLOB:
	case MYSQL_TYPE_LONG_BLOB:
		return true;
	default:
		return false;
	}
}

static void check_columns(struct fixture *f, const struct db_query *q, MYSQL_STMT *st)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(st);

	for (size_t i = 0; meta && i < q->column_count; i++) {
		const MYSQL_FIELD *c = mysql_fetch_field_direct(meta, (unsigned)i);
		bool right = q->columns[i].type == 'I' ? is_integer(c) : is_text(c);
		if (!right) {
			buf_printf(&f->wrong,
				   "%s: column %zu (%s) is of type %d, not %c\n", q->name,
				   i + 1, c->name, (int)c->type, q->columns[i].type);
		}
	}
	mysql_free_result(meta);
}

static void check_signature(struct fixture *f, const struct db_query *q)
{
	MYSQL_STMT *st = mysql_stmt_init(f->database.admin);

	if (mysql_stmt_prepare(st, q->sql, strlen(q->sql))) {
		buf_printf(&f->wrong, "%s: %s\n", q->name, mysql_stmt_error(st));
	} else if (mysql_stmt_param_count(st) != q->param_count) {
		buf_printf(&f->wrong, "%s: %lu parameters, not %zu\n", q->name,
			   mysql_stmt_param_count(st), q->param_count);
	} else if (mysql_stmt_field_count(st) != q->column_count) {
		buf_printf(&f->wrong, "%s: %u columns, not %zu\n", q->name,
			   mysql_stmt_field_count(st), q->column_count);
	} else if (q->param_count > MAX_VALUES || q->column_count > MAX_VALUES) {
		buf_printf(&f->wrong, "%s: more values than there is room for\n",
			   q->name);
	} else {
		check_columns(f, q, st);
	}
	mysql_stmt_close(st);
}

static void every_query_has_the_signature_of_its_heading(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < db_query_count; i++) {
		check_signature(f, &db_queries[i]);
	}
	tell(f);
}

/* The programs' own account may do less than the one that made the tables. */
static void the_programs_account_may_run_every_query(void **state)
{
	struct fixture *f = *state;
	struct db_options options = { .cnf = getenv("PALABRE_DB_CNF") };
	struct db *db = db_create(f, &options);

	assert_non_null(options.cnf);
	for (size_t i = 0; i < db_query_count; i++) {
		size_t params, columns;
		if (db_prepare_check(db, &db_queries[i], &params, &columns) != OK) {
			buf_printf(&f->wrong, "%s\n", db_error(db));
		}
	}
	talloc_free(db);
	tell(f);
}

/* What a parameter of that name might be, as SQL; of all queries or of one. */
static const struct {
	const char *query, *name, *literal;
} literals[] = {
	{ "media_find", "token", "'token11'" },
	{ "media_claim", "token", "'token11'" },
	{ "media_exists", "token", "'token11'" },
	{ "media_attach", "token", "'token11'" },
	{ "media_chunk", "kind", "0" },
	{ "media_chunk", "n", "0" },
	{ NULL, "token", "UNHEX(SHA2(12, 256))" },
	{ NULL, "claim", "UNHEX(SHA2(12, 256))" },
	{ NULL, "touch", "9000000000000" },
	{ NULL, "spare", "-9000000000000" },
	{ NULL, "epoch", "(SELECT value FROM meta WHERE name = 'epoch')" },
	{ NULL, "canonical", "'user12'" },
	{ NULL, "name", "'user12'" },
	{ NULL, "low", "'user12'" },
	{ NULL, "high", "'user13'" },
	{ NULL, "like", "'User 12%'" },
	{ NULL, "pattern", "'room12%'" },
	{ NULL, "pair", "'2:3'" },
	{ NULL, "ids", "'[1, 2, 3]'" },
	{ NULL, "keys", "'[[1, 2], [3, 4]]'" },
	{ NULL, "names", "'[\"user12\", \"user13\"]'" },
	{ NULL, "client_id", "'12-3'" },
	{ NULL, "network", "'192.0.2'" },
	{ NULL, "emoji", "'x'" },
	{ NULL, "limit", "50" },
	{ NULL, "user", "12" },
	{ NULL, "room", "12" },
	{ NULL, "id", "12" },
	{ NULL, "seq", "4" },
	{ NULL, "after", "40" },
	{ NULL, "before", "40" },
	{ NULL, "upto", "60" },
	{ NULL, "role", "1" },
	{ NULL, "type", "0" },
	{ NULL, "since", "5" },
	{ "event_after", "after", "46000" },
	{ "event_ids_after", "after", "46000" },
	{ "event_between", "low", "40000" },
	{ "event_between", "high", "40100" },
	{ "event_locked", "low", "40000" },
	{ "event_locked", "high", "40100" },
	{ "event_for_user", "after", "40000" },
	{ "event_for_user", "upto", "48000" },
	{ "membership_at", "after", "40000" },
	{ "fleeting_after", "after", "3990" },
};

/* any: 0 where that stands for "any", which is another plan. */
static const char *literal_of(const struct db_query *q, struct str name, char type,
			      bool any)
{
	if (any && strncmp(q->name, "search_", 7) == 0 &&
	    (str_eq(name, STR("room")) || str_eq(name, STR("from")))) {
		return "0";
	}
	const char *found = type == 'I' ? "12" : "'12'";
	bool own = false;

	for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
		bool here = literals[i].query && strcmp(literals[i].query, q->name) == 0;
		if ((here || (!literals[i].query && !own)) &&
		    str_eq(name, str_from(literals[i].name))) {
			found = literals[i].literal;
			own = here;
		}
	}
	return found;
}

/* The statement with a literal for each "?". */
static char *with_literals(const void *mem, const struct db_query *q, bool any)
{
	struct str names = str_from(q->names);
	bool quoted = false;
	size_t n = 0;
	struct buf b;

	buf_init(&b, mem, 65536);
	for (const char *p = q->sql; *p; p++) {
		quoted ^= *p == '\'';
		if (*p == '?' && !quoted) {
			struct str name = str_split(&names, ' ');
			const char *literal = literal_of(q, name, q->params[n++], any);
			buf_add(&b, literal, strlen(literal));
		} else {
			buf_add(&b, p, 1);
		}
	}
	return b.ptr;
}

enum { P_SELECT = 1, P_TABLE, P_TYPE, P_KEYS, P_KEY, P_KEY_LEN, P_REF, P_ROWS, P_EXTRA };

static const char *cell(MYSQL_ROW row, int i)
{
	return row[i] ? row[i] : "-";
}

/* Does this line of a plan read a whole table or index? */
static bool is_scan(MYSQL_ROW row)
{
	if (strcmp(cell(row, P_TYPE), "ALL") != 0 &&
	    strcmp(cell(row, P_TYPE), "index") != 0) {
		return false;
	}
	/* VALUES: nothing is read. */
	if (strcmp(cell(row, P_SELECT), "INSERT") == 0) {
		return false;
	}
	/* Derived tables and unions hold what other lines of the plan found; JSON_TABLE
	 * makes its rows of a parameter. */
	return cell(row, P_TABLE)[0] != '<' && !strstr(cell(row, P_EXTRA), "json_table");
}

/* Plans that say "there is no such row" show nothing of how it is looked for. */
static bool is_empty(MYSQL_ROW row)
{
	return strstr(cell(row, P_EXTRA), "Impossible WHERE") ||
	       strstr(cell(row, P_EXTRA), "no matching row");
}

static void check_plan(struct fixture *f, const struct db_query *q, bool any)
{
	char *sql = talloc_asprintf(f, "EXPLAIN %s", with_literals(f, q, any));

	if (mysql_query(f->database.admin, sql)) {
		buf_printf(&f->wrong, "%s: %s\n", sql, mysql_error(f->database.admin));
		return;
	}
	MYSQL_RES *rows = mysql_store_result(f->database.admin);
	MYSQL_ROW row;
	while ((row = mysql_fetch_row(rows))) {
		if (!q->slow_ok && (is_scan(row) || is_empty(row))) {
			buf_printf(&f->wrong, "%s: %s %s type %s key %s rows %s %s\n",
				   q->name, cell(row, P_SELECT), cell(row, P_TABLE),
				   cell(row, P_TYPE), cell(row, P_KEY), cell(row, P_ROWS),
				   cell(row, P_EXTRA));
		}
	}
	mysql_free_result(rows);
}

/* Else the next test would say nothing. */
static void what_reads_a_whole_table_is_found(void **state)
{
	static const struct db_query scans[] = {
		{ .name = "table",
		  .sql = "SELECT id FROM user WHERE role = 3",
		  .names = "" },
		{ .name = "index", .sql = "SELECT canonical FROM user", .names = "" },
		{ .name = "delete",
		  .sql = "DELETE FROM session WHERE agent = 'x'",
		  .names = "" },
		{ .name = "join",
		  .sql = "SELECT u.id FROM room r JOIN user u ON u.last_seen = r.id "
			 "WHERE r.id IN (1, 2)",
		  .names = "" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof scans / sizeof *scans; i++) {
		check_plan(f, &scans[i], false);
		assert_true(f->wrong.len > 0);
		f->wrong.len = 0;
	}
}

static void no_query_reads_a_whole_table(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < db_query_count; i++) {
		check_plan(f, &db_queries[i], false);
		check_plan(f, &db_queries[i], true);
	}
	tell(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_query_has_the_signature_of_its_heading),
		cmocka_unit_test(the_programs_account_may_run_every_query),
		cmocka_unit_test(what_reads_a_whole_table_is_found),
		cmocka_unit_test(no_query_reads_a_whole_table),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
