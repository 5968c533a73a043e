/* migrate.c - brings a database's schema to the version this program was built with. */
#include "db/migrate.h"

#include <talloc.h>

/* Long enough for another host's migration of a large table. */
#define LOCK "SELECT GET_LOCK('palabre.migrate', 600)"
#define UNLOCK "DO RELEASE_LOCK('palabre.migrate')"

#define CREATE_TABLE                                                    \
	"CREATE TABLE IF NOT EXISTS schema_migration ("                 \
	"version INT NOT NULL PRIMARY KEY, name VARCHAR(64) NOT NULL, " \
	"applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP) ENGINE=InnoDB"

#define VERSION "SELECT COALESCE(MAX(version), 0) FROM schema_migration"
#define HAS_TABLE                                                              \
	"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = " \
	"DATABASE() "                                                          \
	"AND table_name = 'schema_migration'"

static enum result read_int(struct db *db, struct str sql, int64_t *out)
{
	void *mem = talloc_new(NULL);
	struct str v;
	enum result r = db_text_value(db, mem, sql, &v);

	if (r == OK && !str_to_int(v, 0, INT32_MAX, out)) {
		r = E_INTERNAL;
	}
	talloc_free(mem);
	return r;
}

enum result migrate_version(struct db *db, int *version)
{
	int64_t n = 0;
	enum result r = read_int(db, STR(HAS_TABLE), &n);

	if (r == OK && n) {
		r = read_int(db, STR(VERSION), &n);
	}
	*version = (int)n;
	return r;
}

static enum result apply(struct db *db, const struct migration *m)
{
	enum result r = OK;

	for (const char *const *s = m->statements; *s && r == OK; s++) {
		r = db_run_text(db, str_from(*s));
	}
	if (r == OK) {
		void *mem = talloc_new(NULL);
		r = db_run_text(
			db,
			str_printf(mem,
				   "INSERT IGNORE INTO schema_migration (version, name) "
				   "VALUES (%d, '%s')",
				   m->version, m->name));
		talloc_free(mem);
	}
	return r;
}

static enum result apply_missing(struct db *db, migrate_progress progress, void *arg)
{
	int have;
	enum result r = db_run_text(db, STR(CREATE_TABLE));

	if (r == OK) {
		r = migrate_version(db, &have);
	}
	if (r == OK && have > migrations[migration_count - 1].version) {
		return E_CONFLICT;
	}
	for (size_t i = 0; r == OK && i < migration_count; i++) {
		if (migrations[i].version > have) {
			progress(&migrations[i], arg);
			r = apply(db, &migrations[i]);
		}
	}
	return r;
}

enum result migrate_run(struct db *db, migrate_progress progress, void *arg)
{
	int64_t locked = 0;
	enum result r = read_int(db, STR(LOCK), &locked);

	if (r == OK && !locked) {
		return E_UNAVAILABLE;
	}
	if (r == OK) {
		r = apply_missing(db, progress, arg);
	}
	db_run_text(db, STR(UNLOCK));
	return r;
}
