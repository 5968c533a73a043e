/* log.c - places in the event log: cursors, and how far it is settled. */
#include "chat/log.h"

#include <inttypes.h>
#include <stdio.h>

/* Enough for the busiest second; what is left is found by the next reader. */
#define MAX_IDS_AHEAD 5000

static const struct str resume_names[] = {
	[LOG_EXACT] = { "exact", 5 },
	[LOG_RESET] = { "reset", 5 },
	[LOG_START] = { "start", 5 },
};

struct str log_resume_name(enum log_resume r)
{
	return resume_names[r];
}

struct str log_cursor_write(struct str epoch, int64_t position, char out[LOG_CURSOR_SIZE])
{
	int n = snprintf(out, LOG_CURSOR_SIZE, STR_FMT ".%" PRId64, STR_ARG(epoch),
			 position);
	return (struct str){ out, (size_t)n };
}

bool log_cursor_read(struct str text, struct str *epoch, int64_t *position)
{
	size_t dot = str_index(text, '.');
	struct str rest = str_from_at(text, dot + 1);

	*epoch = (struct str){ text.ptr, dot };
	rest.len = str_index(rest, '-'); /* what follows is a hub's own */
	return text.len < LOG_CURSOR_SIZE && dot > 0 && dot <= LOG_EPOCH_MAX &&
	       dot < text.len && str_to_int(rest, 0, INT64_MAX, position);
}

enum result log_look_at_gap(struct db *db, const void *mem, int64_t low, int64_t high,
			    enum log_gap *found)
{
	struct row_event_locked *rows;
	size_t n;
	enum result r = q_event_locked(db, mem, low, high, &rows, &n);

	if (r == E_UNAVAILABLE && db_open(db) == OK) {
		/* NOWAIT failed on a lock; the connection itself is well. */
		*found = LOG_GAP_LOCKED;
		return OK;
	}
	*found = r == OK && n ? LOG_GAP_FILLED : LOG_GAP_EMPTY;
	return r;
}

/* The first missing id after settled among ids, 0 = none; *end is the last one before it.
 */
static int64_t first_gap(const struct row_event_ids_after *ids, size_t n, int64_t settled,
			 int64_t *end)
{
	*end = settled;
	for (size_t i = 0; i < n; i++) {
		if (ids[i].id != *end + 1) {
			return *end + 1;
		}
		*end = ids[i].id;
	}
	return 0;
}

/*
 * Is the gap low … high void? The mark remembers since when it was found empty; until it
 * is certain, readers stay before it: a cursor may repeat, never skip.
 */
static enum result gap_is_void(struct db *db, const void *mem,
			       const struct row_log_state *mark, int64_t low,
			       int64_t high, bool *is_void)
{
	enum log_gap found;
	enum result r = log_look_at_gap(db, mem, low, high, &found);

	*is_void = false;
	if (r != OK || found != LOG_GAP_EMPTY) {
		return r;
	}
	if (mark->gap == low) {
		*is_void = mark->now - mark->gap_since >= LOG_GAP_PATIENCE_MS;
		return OK;
	}
	return q_log_note_gap(db, low, mark->now);
}

static enum result advance(struct db *db, const void *mem,
			   const struct row_log_state *mark, int64_t *settled)
{
	struct row_event_ids_after *ids;
	size_t n, i = 0;
	enum result r = q_event_ids_after(db, mem, *settled, MAX_IDS_AHEAD, &ids, &n);

	while (r == OK && i < n) {
		int64_t low = first_gap(ids + i, n - i, *settled, settled);
		bool is_void;
		while (i < n && ids[i].id <= *settled) {
			i++;
		}
		if (!low) {
			break;
		}
		r = gap_is_void(db, mem, mark, low, ids[i].id - 1, &is_void);
		if (r != OK || !is_void) {
			break;
		}
		*settled = ids[i].id - 1;
	}
	return r;
}

static enum result read_mark(struct db *db, const void *mem, struct row_log_state **mark,
			     struct log_place *place)
{
	size_t n;
	enum result r = q_log_state(db, mem, mark, &n);

	if (r == OK && n == 0) {
		r = E_INTERNAL;
	}
	if (r == OK) {
		*place = (struct log_place){
			.epoch = (*mark)->epoch,
			.settled = (*mark)->settled,
			.purged = (*mark)->purged,
			.now = (*mark)->now,
		};
	}
	return r;
}

enum result log_mark_read(struct db *db, const void *mem, struct log_place *place)
{
	struct row_log_state *mark;
	return read_mark(db, mem, &mark, place);
}

enum result log_settled(struct db *db, const void *mem, struct log_place *place)
{
	struct row_log_state *mark;
	enum result r = read_mark(db, mem, &mark, place);

	if (r == OK) {
		r = advance(db, mem, mark, &place->settled);
	}
	if (r == OK && place->settled > mark->settled) {
		r = q_log_settle(db, place->settled, place->epoch);
	}
	return r;
}

enum result log_cursor(struct chat *c, struct str *cursor)
{
	struct log_place place;
	char text[LOG_CURSOR_SIZE];
	enum result r = log_settled(c->db, c->mem, &place);

	if (r == OK) {
		*cursor = str_dup(c->mem,
				  log_cursor_write(place.epoch, place.settled, text));
	}
	return r;
}

/* A cursor past our own settled place may come from a host that is a moment ahead. */
static enum result is_beyond_end(struct db *db, const void *mem, int64_t position,
				 bool *beyond)
{
	struct row_event_newest *newest;
	struct row_log_state *mark;
	size_t n;
	enum result r = q_event_newest(db, mem, &newest, &n);

	*beyond = r == OK && (n == 0 || newest->id == DB_NULL || position > newest->id);
	if (r != OK || !*beyond) {
		return r;
	}
	r = q_log_state(db, mem, &mark, &n);
	*beyond = r == OK && n && position > mark->settled;
	return r;
}

enum result log_resume(struct db *db, const void *mem, struct str cursor,
		       const struct log_place *place, enum log_resume *resume,
		       int64_t *position)
{
	struct str epoch;
	bool beyond = false;
	int64_t at;
	enum result r = OK;

	*position = place->settled;
	if (!cursor.ptr) {
		*resume = LOG_START;
		return OK;
	}
	*resume = LOG_RESET;
	if (!log_cursor_read(cursor, &epoch, &at) || !str_eq(epoch, place->epoch) ||
	    at < place->purged) {
		return OK;
	}
	if (at > place->settled) {
		r = is_beyond_end(db, mem, at, &beyond);
	}
	if (r == OK && !beyond) {
		*resume = LOG_EXACT;
		*position = at;
	}
	return r;
}
