/* schema.c - palabrectl migrate: the schema, brought up to date. */
#include "ctl/ctl.h"
#include "db/migrate.h"

static void tell(const struct migration *m, void *arg)
{
	const struct ctl *c = arg;

	ctl_say(c, "applying %s", m->name);
}

enum ctl_exit ctl_migrate(struct ctl *c)
{
	int before = 0, after = 0;
	enum result r = db_open(c->db);

	if (r == OK) {
		r = migrate_version(c->db, &before);
	}
	if (r == OK) {
		r = migrate_run(c->db, tell, c);
	}
	if (r == E_CONFLICT) {
		return ctl_fail(
			c, CTL_CONFLICT,
			"the database is at version %d, newer than the %d this program "
			"knows: nothing was done",
			before, migrations[migration_count - 1].version);
	}
	if (r == OK) {
		r = migrate_version(c->db, &after);
	}
	if (r != OK) {
		return ctl_result(c, r, "migrate");
	}
	ctl_say(c, "schema at version %d%s", after,
		before == after ? ", nothing to do" : "");
	json_open_object(&c->j);
	json_put_int(&c->j, "before", before);
	json_put_int(&c->j, "version", after);
	json_close_object(&c->j);
	return CTL_OK;
}
