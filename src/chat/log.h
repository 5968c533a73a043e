/* log.h - places in the event log: cursors, how far it is settled, who sees what of it.
 */
#ifndef PALABRE_CHAT_LOG_H
#define PALABRE_CHAT_LOG_H

#include "chat/chat.h"
#include "queries.h"

/* "EPOCH.POSITION" with its NUL; PROTOCOL §4 allows 64 bytes. */
#define LOG_CURSOR_SIZE 65
#define LOG_EPOCH_MAX 32

/* Writes the cursor into out and returns it. */
struct str log_cursor_write(struct str epoch, int64_t position,
			    char out[LOG_CURSOR_SIZE]);

/* False where text is not of the form EPOCH.POSITION, or that with "-" and anything
 * behind it, which is left unread here. *epoch borrows from text. */
bool log_cursor_read(struct str text, struct str *epoch, int64_t *position);

/*
 * A gap (ids that were drawn but are not there) is void once nothing is found in it and
 * nothing in it is locked by an open transaction, on two looks at least so long apart.
 * Between the drawing of an id and the locking of its row a transaction can be neither;
 * that moment is microseconds, unless the server itself stands still.
 */
#define LOG_GAP_PATIENCE_MS 1000

enum log_gap {
	LOG_GAP_FILLED, /* a row is there now */
	LOG_GAP_LOCKED, /* a transaction holds a row in it: it may still commit */
	LOG_GAP_EMPTY,  /* neither: void if it was so before */
};

/* Looks at the ids low … high. */
enum result log_look_at_gap(struct db *db, const void *mem, int64_t low, int64_t high,
			    enum log_gap *found);

struct log_place {
	struct str epoch;
	int64_t settled; /* nothing at or before this id can still be committed */
	int64_t purged;  /* what lies up to here may have left the log */
	int64_t now;     /* the database's clock, milliseconds since 1970 */
};

/* The shared mark as it stands: settled may lie behind what log_settled() would find. */
enum result log_mark_read(struct db *db, const void *mem, struct log_place *place);

/*
 * How far the log is settled, found without a hub: from the shared mark on, as far as the
 * ids have no gap that may still be filled. Moves the mark. On mem.
 */
enum result log_settled(struct db *db, const void *mem, struct log_place *place);

/* The settled cursor as text on c->mem: from it on, a reader misses nothing. */
enum result log_cursor(struct chat *c, struct str *cursor);

enum log_resume {
	LOG_EXACT, /* goes on from the cursor */
	LOG_RESET, /* unknown, too old, or from beyond the end: the client must sync */
	LOG_START, /* no cursor was given */
};

/* "exact", "reset", "start". */
struct str log_resume_name(enum log_resume r);

/*
 * What a client's cursor is worth. *position is where to go on from: the cursor's where
 * it is exact, else place->settled. One query more where it lies past place->settled.
 */
enum result log_resume(struct db *db, const void *mem, struct str cursor,
		       const struct log_place *place, enum log_resume *resume,
		       int64_t *position);

/* The rooms whose events a user sees, followed along the log. */
struct log_sight {
	int64_t *rooms;
	size_t count;
	size_t cap;
};

/*
 * The rooms the user was in right after position. On mem. One query, one snapshot: the
 * memberships of now, with the joins and leaves after position undone.
 */
enum result log_sight_at(struct db *db, const void *mem, int64_t user, int64_t position,
			 struct log_sight *sight);

void log_sight_add(const void *mem, struct log_sight *sight, int64_t room);
void log_sight_drop(struct log_sight *sight, int64_t room);

/* Does the user see this event? Joins before and leaves after answering. */
bool log_sight_sees(const void *mem, struct log_sight *sight, int64_t user, int64_t room,
		    int64_t type, int64_t subject);

/*
 * The next events that the user sees after *position, in log order, none past upto. On
 * mem. *position moves to what they are complete up to, upto itself in the end. At most
 * limit rows are read.
 */
enum result log_page(struct db *db, const void *mem, int64_t user, int64_t upto,
		     size_t limit, int64_t *position, struct row_event **rows,
		     size_t *count);

#endif
