/* ctl.h - the admin's command line: what each command is given, and how it speaks. */
#ifndef PALABRE_CTL_CTL_H
#define PALABRE_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/result.h"
#include "base/str.h"
#include "db/db.h"

/* What palabrectl exits with; also said by --help and the man page. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1,      /* it could not be done; stderr says why */
	CTL_USAGE = 2,       /* the command line is wrong */
	CTL_NOT_FOUND = 3,   /* no such user, room, session or file */
	CTL_CONFLICT = 4,    /* already there, or the schema is newer than this program */
	CTL_UNREACHABLE = 5, /* the database can't be reached */
	CTL_UNSOUND = 6,     /* selftest or media verify found something wrong */
};

#define CTL_MAX_ARGS 4
#define CTL_MAX_OPTIONS 8

struct ctl_command;

/* One run of the program. */
struct ctl {
	void *mem;
	const struct conf *conf;
	struct db *db;
	const struct ctl_command *command;
	struct str args[CTL_MAX_ARGS]; /* what stands after the command's name */
	int arg_count;
	const char *
		options[CTL_MAX_OPTIONS]; /* values, by the command's table; "" = given */
	bool json;      /* --json: one JSON object on stdout, nothing else there */
	bool terminal;  /* stderr is one: progress may be shown */
	struct buf out; /* what --json prints at the end */
	struct json j;
};

struct ctl_command {
	const char *name; /* "user add" */
	const char *args; /* "NAME", for the help */
	int min_args, max_args;
	const char *options[CTL_MAX_OPTIONS]; /* "admin", "keep=" (takes a value); NULL
						 ends */
	const char *help;                     /* one line */
	enum ctl_exit (*run)(struct ctl *c);
	unsigned timeout_s; /* of each answer of the database; 0 = none */
};

enum ctl_exit ctl_main(int argc, char **argv);

/* The value of an option of this command, "" for a switch; NULL where it was not given.
 */
const char *ctl_option(const struct ctl *c, const char *name);

/* A line for a person, on stdout; nothing under --json. */
void ctl_say(const struct ctl *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "palabrectl: …" on stderr; returns code. */
enum ctl_exit ctl_fail(const struct ctl *c, enum ctl_exit code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What a failed call of the domain or the database means; says it on stderr. */
enum ctl_exit ctl_result(const struct ctl *c, enum result r, const char *what);

/* A line on the terminal that the next one overwrites; an empty text clears it. */
void ctl_progress(const struct ctl *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* s for a terminal: control characters as '?', on c->mem. */
const char *ctl_text(const struct ctl *c, struct str s);

/* ms as "2026-11-22 09:00:00" UTC, "-" for none, on c->mem. */
const char *ctl_time(const struct ctl *c, int64_t ms);

enum ctl_exit ctl_migrate(struct ctl *c);
enum ctl_exit ctl_user_add(struct ctl *c);
enum ctl_exit ctl_user_list(struct ctl *c);
enum ctl_exit ctl_user_disable(struct ctl *c);
enum ctl_exit ctl_user_enable(struct ctl *c);
enum ctl_exit ctl_user_passwd(struct ctl *c);
enum ctl_exit ctl_user_role(struct ctl *c);
enum ctl_exit ctl_room_list(struct ctl *c);
enum ctl_exit ctl_room_delete(struct ctl *c);
enum ctl_exit ctl_session_list(struct ctl *c);
enum ctl_exit ctl_session_revoke(struct ctl *c);
enum ctl_exit ctl_stats(struct ctl *c);
enum ctl_exit ctl_backup(struct ctl *c);
enum ctl_exit ctl_restore(struct ctl *c);
enum ctl_exit ctl_selftest(struct ctl *c);
enum ctl_exit ctl_purge(struct ctl *c);
enum ctl_exit ctl_media_stats(struct ctl *c);
enum ctl_exit ctl_media_gc(struct ctl *c);
enum ctl_exit ctl_media_verify(struct ctl *c);

#endif
