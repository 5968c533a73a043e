/* migrate.h - brings a database's schema to the version this program was built with. */
#ifndef PALABRE_DB_MIGRATE_H
#define PALABRE_DB_MIGRATE_H

#include "db/db.h"

struct migration {
	int version; /* 1, 2, 3 … without a gap */
	const char *name;
	const char *const *statements; /* each may be run again; ended by NULL */
};

extern const struct migration migrations[];
extern const size_t migration_count;

/* Told about each migration as it is applied. */
typedef void (*migrate_progress)(const struct migration *m, void *arg);

/*
 * Applies what is missing, one process at a time (a named lock), recording each migration
 * when all of it is done: killed half-way, the next run repeats it. E_CONFLICT: the
 * database is of a newer version than we know, and nothing was done. The account needs
 * DDL rights.
 */
enum result migrate_run(struct db *db, migrate_progress progress, void *arg);

/* The version that the database is at, 0 for an empty one. */
enum result migrate_version(struct db *db, int *version);

#endif
