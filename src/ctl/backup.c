/* backup.c - palabrectl backup and restore: everything is in the database, so a dump is
 * all. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rand.h"
#include "chat/log.h"
#include "ctl/client.h"
#include "db/migrate.h"
#include "queries.h"

#define CHUNK 65536
#define MEGABYTE 1048576.0

/* What mariadb-dump ends with when it came to its end. */
#define DUMP_END "\n-- Dump completed"

/*
 * What we add: whoever loads the file, by whatever means, draws a new epoch, so that old
 * cursors are told to start anew (THREATS 34). The mark is set back with it: between the
 * loading of its table and the new epoch, a hub at work may have moved it to where the
 * old log was settled, and what is sent next would lie before it, unseen. The last line
 * is how restore knows the file to be whole.
 */
#define LAST_LINE "-- palabre backup: complete\n"
#define TRAILER                                                                      \
	"\nSTART TRANSACTION;\n"                                                     \
	"UPDATE `meta` SET `value` = LEFT(MD5(CONCAT(UUID(), RAND(), NOW(6))), 12) " \
	"WHERE `name` = 'epoch';\n"                                                  \
	"UPDATE `log_mark` SET `settled` = %lld, `gap` = 0, `gap_since` = 0 WHERE "  \
	"`id` = 1;\n"                                                                \
	"COMMIT;\n" LAST_LINE

static bool write_all(int fd, const char *at, size_t len)
{
	while (len) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno != EINTR) {
			return false;
		}
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

static ssize_t read_some(int fd, char *out, size_t len)
{
	ssize_t n;

	do {
		n = read(fd, out, len);
	} while (n < 0 && errno == EINTR);
	return n;
}

/* The end of what went by, long enough to hold the dump's last lines. */
struct tail {
	char text[512];
	size_t len;
};

static void tail_add(struct tail *t, const char *at, size_t len)
{
	size_t max = sizeof t->text - 1;

	if (len >= max) {
		memcpy(t->text, at + len - max, max);
		t->len = max;
	} else {
		size_t keep = t->len + len > max ? max - len : t->len;
		memmove(t->text, t->text + t->len - keep, keep);
		memcpy(t->text + keep, at, len);
		t->len = keep + len;
	}
	t->text[t->len] = '\0';
}

/* Copies the dump of a log that was settled this far before. False: said on stderr. */
static bool copy_dump(struct ctl *c, int from, int to, int64_t settled, int64_t *bytes)
{
	struct str trailer = str_printf(c->mem, TRAILER, (long long)settled);
	char chunk[CHUNK];
	struct tail tail = { .len = 0 };
	ssize_t n;

	*bytes = 0;
	while ((n = read_some(from, chunk, sizeof chunk)) > 0) {
		if (!write_all(to, chunk, (size_t)n)) {
			ctl_fail(c, CTL_FAILED, "writing: %s", strerror(errno));
			return false;
		}
		tail_add(&tail, chunk, (size_t)n);
		*bytes += n;
		ctl_progress(c, "%.1f MB written", (double)*bytes / MEGABYTE);
	}
	ctl_progress(c, "%s", "");
	if (n < 0 || !tail.len || !strstr(tail.text, DUMP_END)) {
		ctl_fail(c, CTL_FAILED, "the dump came to no end");
		return false;
	}
	*bytes += (int64_t)trailer.len;
	return write_all(to, trailer.ptr, trailer.len);
}

static bool dump_into(struct ctl *c, int fd, int64_t *bytes)
{
	struct client dump;
	struct log_place place;
	enum result r = log_mark_read(c->db, c->mem, &place);

	if (r != OK) {
		ctl_result(c, r, "backup");
		return false;
	}
	if (!client_start(c, CLIENT_DUMP, &dump)) {
		return false;
	}
	bool ok = copy_dump(c, dump.fd, fd, place.settled, bytes);
	if (!ok) {
		kill(dump.pid, SIGTERM);
	}
	return client_finish(&dump) && ok;
}

/* Into a file beside it, renamed when it is whole and on the disk. */
static bool dump_to_file(struct ctl *c, const char *path, int64_t *bytes)
{
	const char *part = str_printf(c->mem, "%s.part", path).ptr;
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0) {
		ctl_fail(c, CTL_FAILED, "%s: %s", part, strerror(errno));
		return false;
	}
	bool ok = dump_into(c, fd, bytes);
	if (ok && (fsync(fd) || rename(part, path))) {
		ctl_fail(c, CTL_FAILED, "%s: %s", path, strerror(errno));
		ok = false;
	}
	close(fd);
	if (!ok) {
		unlink(part);
	}
	return ok;
}

enum ctl_exit ctl_backup(struct ctl *c)
{
	const char *path = str_dupz(c->mem, c->args[0]);
	bool to_stdout = strcmp(path, "-") == 0;
	int64_t bytes = 0;

	if (to_stdout && (isatty(STDOUT_FILENO) || c->json)) {
		return ctl_fail(c, CTL_USAGE,
				"a backup is not for a terminal, nor for --json");
	}
	bool ok = to_stdout ? dump_into(c, STDOUT_FILENO, &bytes)
			    : dump_to_file(c, path, &bytes);
	if (!ok) {
		return ctl_fail(c, CTL_FAILED, "there is no backup");
	}
	if (!to_stdout) {
		ctl_say(c, "%s: %.1f MB", path, (double)bytes / MEGABYTE);
		json_open_object(&c->j);
		json_put_str(&c->j, "file", str_from(path));
		json_put_int(&c->j, "bytes", bytes);
		json_close_object(&c->j);
	}
	return CTL_OK;
}

/* Is it a whole backup of ours? Leaves fd at its beginning. */
static bool is_whole(int fd, int64_t size)
{
	char end[sizeof LAST_LINE];
	size_t len = sizeof LAST_LINE - 1;

	return size > (int64_t)len &&
	       pread(fd, end, len, size - (int64_t)len) == (ssize_t)len &&
	       memcmp(end, LAST_LINE, len) == 0;
}

static bool load(struct ctl *c, int fd, int64_t size)
{
	struct client shell;
	char chunk[CHUNK];
	int64_t done = 0;
	ssize_t n = 0;

	if (!client_start(c, CLIENT_SHELL, &shell)) {
		return false;
	}
	bool ok = true;
	while (ok && (n = read_some(fd, chunk, sizeof chunk)) > 0) {
		ok = write_all(shell.fd, chunk, (size_t)n);
		done += n;
		ctl_progress(c, "%d %% restored", (int)(done * 100 / size));
	}
	ctl_progress(c, "%s", "");
	return client_finish(&shell) && ok && n == 0;
}

static void say_migration(const struct migration *m, void *arg)
{
	ctl_say(arg, "applying %s", m->name);
}

/* What follows the loading: the schema of this program, and an epoch nobody has seen. */
static enum result finish(struct ctl *c, const char *epoch)
{
	db_close(c->db); /* its statements were prepared against tables that are gone */
	enum result r = db_open(c->db);

	if (r == OK) {
		r = migrate_run(c->db, say_migration, c);
	}
	return r == OK ? q_epoch_set(c->db, str_from(epoch)) : r;
}

/* May what is there be replaced? */
static enum ctl_exit check_target(struct ctl *c)
{
	struct row_admin_tables *tables;
	size_t n;
	enum result r = q_admin_tables(c->db, c->mem, &tables, &n);

	if (r != OK) {
		return ctl_result(c, r, "restore");
	}
	if (tables->count && !ctl_option(c, "yes")) {
		return ctl_fail(
			c, CTL_CONFLICT,
			"the database is not empty: --yes replaces what is in it");
	}
	return CTL_OK;
}

enum ctl_exit ctl_restore(struct ctl *c)
{
	const char *path = str_dupz(c->mem, c->args[0]);
	char epoch[13];
	uint8_t random[6];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st)) {
		return ctl_fail(c, CTL_NOT_FOUND, "%s: %s", path, strerror(errno));
	}
	if (!S_ISREG(st.st_mode) || !is_whole(fd, st.st_size)) {
		close(fd);
		return ctl_fail(c, CTL_FAILED,
				"%s is not a whole backup: nothing was done", path);
	}
	enum ctl_exit code = check_target(c);
	if (code == CTL_OK) {
		signal(SIGPIPE, SIG_IGN);
		if (!load(c, fd, st.st_size)) {
			code = ctl_fail(
				c, CTL_FAILED,
				"the backup was not loaded to its end: run this again");
		}
	}
	close(fd);
	if (code != CTL_OK) {
		return code;
	}
	rand_bytes(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++) {
		snprintf(epoch + 2 * i, 3, "%02x", random[i]);
	}
	code = ctl_result(c, finish(c, epoch), "restore");
	if (code == CTL_OK) {
		ctl_say(c, "restored; the epoch is now %s", epoch);
		json_open_object(&c->j);
		json_put_str(&c->j, "epoch", str_from(epoch));
		json_close_object(&c->j);
	}
	return code;
}
