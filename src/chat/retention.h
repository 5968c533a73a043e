/* retention.h - what has had its time goes, a little at a time. */
#ifndef PALABRE_CHAT_RETENTION_H
#define PALABRE_CHAT_RETENTION_H

#include "base/conf.h"
#include "db/db.h"

/* What there is to be rid of, in the order it is looked at. */
enum retention_kind {
	RETENTION_EVENTS,   /* older than conf->event_days; their cursors are reset */
	RETENTION_MESSAGES, /* older than conf->message_days, with reactions and mentions
			     */
	RETENTION_SESSIONS, /* expired */
	RETENTION_LIMITS,   /* buckets that are full, failures long past */
	RETENTION_NETWORKS, /* known networks not used for long */
	RETENTION_MEDIA,    /* files in no message: released, or uploaded a day ago */
	RETENTION_KINDS
};

/* "events" … for people. */
const char *retention_name(enum retention_kind kind);

/*
 * One small batch of a kind, in a transaction of milliseconds: *removed tells how many
 * rows went, 0 when there is nothing left to do now. Any number of processes may do it at
 * once. The caller pauses between batches so that senders are never kept waiting.
 */
enum result retention_step(struct db *db, const struct conf *conf,
			   enum retention_kind kind, int64_t *removed);

#endif
