/* statement.c - runs the named queries as prepared statements. */
#include "db/statement.h"

#include <stdio.h>
#include <talloc.h>

#include "base/clock.h"
#include "base/die.h"
#include "db/connection.h"

/* More than any query has; checked by the test that prepares them all. */
#define MAX_VALUES 32

/* Texts of a result are carved out of chunks of this size rather than allocated singly.
 */
#define CHUNK_BYTES 8192

/* Most texts are not longer than this. */
#define SHORT_TEXT 256

struct chunk {
	const void *mem;
	char *at;
	size_t left;
};

static char *carve(struct chunk *c, size_t len)
{
	if (len + 1 > CHUNK_BYTES / 4) {
		return die_if_null(talloc_size(c->mem, len + 1));
	}
	if (len + 1 > c->left) {
		c->at = die_if_null(talloc_size(c->mem, CHUNK_BYTES));
		c->left = CHUNK_BYTES;
	}
	char *p = c->at;
	c->at += len + 1;
	c->left -= len + 1;
	return p;
}

/* An error that comes between the rows (a lock, a deadlock, a lost connection) is noted
 * by the client library at the connection alone. */
static enum result fail(struct db *db, MYSQL_STMT *st, const struct db_query *q)
{
	if (mysql_stmt_errno(st) == 0) {
		return db_fail(db, mysql_errno(db->mysql), mysql_error(db->mysql),
			       q->name);
	}
	return db_fail(db, mysql_stmt_errno(st), mysql_stmt_error(st), q->name);
}

static enum result prepare(struct db *db, const struct db_query *q, MYSQL_STMT **out)
{
	MYSQL_STMT **slot = &db->statements[q - db_queries];
	enum result r = db_open(db);

	if (r != OK) {
		return r;
	}
	if (!*slot) {
		db->asked_at = clock_monotonic_ms();
		MYSQL_STMT *st = die_if_null(mysql_stmt_init(db->mysql));
		if (mysql_stmt_prepare(st, q->sql, strlen(q->sql))) {
			unsigned code = mysql_stmt_errno(st);
			char text[200];
			snprintf(text, sizeof text, "%s", mysql_stmt_error(st));
			mysql_stmt_close(st);
			return db_fail(db, code, text, q->name);
		}
		*slot = st;
	}
	*out = *slot;
	return OK;
}

static void bind_values(MYSQL_BIND *bind, const struct db_query *q,
			const struct db_value *values)
{
	memset(bind, 0, MAX_VALUES * sizeof *bind);
	for (size_t i = 0; i < q->param_count; i++) {
		const struct db_value *v = &values[i];
		MYSQL_BIND *b = &bind[i];
		if (q->params[i] == 'I') {
			b->buffer_type =
				v->i == DB_NULL ? MYSQL_TYPE_NULL : MYSQL_TYPE_LONGLONG;
			b->buffer = (void *)(uintptr_t)&v->i;
			continue;
		}
		b->buffer_type = !v->s.ptr             ? MYSQL_TYPE_NULL
				 : q->params[i] == 'T' ? MYSQL_TYPE_STRING
						       : MYSQL_TYPE_BLOB;
		b->buffer = (void *)(uintptr_t)v->s.ptr;
		b->buffer_length = v->s.len;
	}
}

static enum result execute(struct db *db, const struct db_query *q,
			   const struct db_value *values, MYSQL_STMT **out)
{
	MYSQL_BIND bind[MAX_VALUES];
	enum result r = prepare(db, q, out);

	if (r != OK) {
		return r;
	}
	db->asked_at = clock_monotonic_ms();
	if (q->param_count) {
		bind_values(bind, q, values);
		if (mysql_stmt_bind_param(*out, bind)) {
			return fail(db, *out, q);
		}
	}
	return mysql_stmt_execute(*out) ? fail(db, *out, q) : OK;
}

/* Where a row's values land before they are copied into the caller's struct. */
struct landing {
	MYSQL_BIND bind[MAX_VALUES];
	int64_t ints[MAX_VALUES];
	unsigned long lengths[MAX_VALUES];
	my_bool nulls[MAX_VALUES];
	char texts[MAX_VALUES][SHORT_TEXT]; /* what is longer is asked for again */
};

static void bind_columns(struct landing *l, const struct db_query *q)
{
	memset(l->bind, 0, sizeof l->bind);
	for (size_t i = 0; i < q->column_count; i++) {
		MYSQL_BIND *b = &l->bind[i];
		b->is_null = &l->nulls[i];
		b->length = &l->lengths[i];
		if (q->columns[i].type == 'I') {
			b->buffer_type = MYSQL_TYPE_LONGLONG;
			b->buffer = &l->ints[i];
		} else {
			/* Fetch tells the length; of a longer one take() asks for all. */
			b->buffer_type = MYSQL_TYPE_STRING;
			b->buffer = l->texts[i];
			b->buffer_length = SHORT_TEXT;
		}
	}
}

static enum result take(struct db *db, MYSQL_STMT *st, const struct db_query *q,
			struct landing *l, struct chunk *texts, char *row)
{
	for (size_t i = 0; i < q->column_count; i++) {
		const struct db_column *c = &q->columns[i];
		if (c->type == 'I') {
			int64_t v = l->nulls[i] ? DB_NULL : l->ints[i];
			memcpy(row + c->offset, &v, sizeof v);
			continue;
		}
		struct str s = STR_NONE;
		if (!l->nulls[i]) {
			char *text = carve(texts, l->lengths[i]);
			MYSQL_BIND b = { .buffer_type = MYSQL_TYPE_STRING,
					 .buffer = text,
					 .buffer_length = l->lengths[i],
					 .length = &l->lengths[i] };
			if (l->lengths[i] <= SHORT_TEXT) {
				memcpy(text, l->texts[i], l->lengths[i]);
			} else if (mysql_stmt_fetch_column(st, &b, (unsigned)i, 0)) {
				return fail(db, st, q);
			}
			text[l->lengths[i]] = '\0';
			s = (struct str){ text, l->lengths[i] };
		}
		memcpy(row + c->offset, &s, sizeof s);
	}
	return OK;
}

static enum result fetch_all(struct db *db, MYSQL_STMT *st, const struct db_query *q,
			     const void *mem, void **rows, size_t *count)
{
	struct landing l;
	struct chunk texts = { .mem = mem };
	size_t room = 0;
	enum result r = OK;

	bind_columns(&l, q);
	if (mysql_stmt_bind_result(st, l.bind)) {
		return fail(db, st, q);
	}
	for (;;) {
		int f = mysql_stmt_fetch(st);
		if (f == MYSQL_NO_DATA) {
			break;
		}
		if (f != 0 && f != MYSQL_DATA_TRUNCATED) {
			return fail(db, st, q);
		}
		if (*count == room) {
			room = room ? room * 2 : 8;
			*rows = die_if_null(
				talloc_realloc_size(mem, *rows, room * q->row_size));
		}
		r = take(db, st, q, &l, &texts, (char *)*rows + *count * q->row_size);
		if (r != OK) {
			return r;
		}
		++*count;
	}
	mysql_stmt_free_result(st);
	return OK;
}

static enum result select_once(struct db *db, const struct db_query *q,
			       const struct db_value *values, const void *mem,
			       void **rows, size_t *count)
{
	MYSQL_STMT *st;

	*rows = NULL;
	*count = 0;
	enum result r = execute(db, q, values, &st);
	return r == OK ? fetch_all(db, st, q, mem, rows, count) : r;
}

enum result db_select(struct db *db, const struct db_query *query,
		      const struct db_value *values, const void *mem, void **rows,
		      size_t *count)
{
	bool in_transaction = db->in_transaction;
	enum result r = select_once(db, query, values, mem, rows, count);

	if (r == E_RETRY && !in_transaction) {
		r = select_once(db, query, values, mem, rows, count);
		r = r == E_RETRY ? E_UNAVAILABLE : r;
	}
	return r;
}

enum result db_change(struct db *db, const struct db_query *query,
		      const struct db_value *values)
{
	MYSQL_STMT *st;
	bool in_transaction = db->in_transaction;
	enum result r = execute(db, query, values, &st);

	if (r == OK) {
		db->affected = (int64_t)mysql_stmt_affected_rows(st);
		db->insert_id = (int64_t)mysql_stmt_insert_id(st);
	}
	return r == E_RETRY && !in_transaction ? E_UNAVAILABLE : r;
}

enum result db_prepare_check(struct db *db, const struct db_query *query, size_t *params,
			     size_t *columns)
{
	MYSQL_STMT *st;
	enum result r = prepare(db, query, &st);

	if (r == OK) {
		*params = mysql_stmt_param_count(st);
		*columns = mysql_stmt_field_count(st);
	}
	return r;
}
