/* selftest_host.c - selftest: the run directory, its sockets, the hub, descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "auth/slot.h"
#include "ctl/check.h"

/* A stream takes one in the hub and two in lighttpd. */
#define FEW_DESCRIPTORS 4096

static const char *path_of(const struct checks *k, const char *name)
{
	return str_printf(k->c->mem, "%s/%s", k->c->conf->run_dir, name).ptr;
}

static void check_run_dir(struct checks *k)
{
	const char *dir = k->c->conf->run_dir;
	struct stat st;
	int slot;

	if (stat(dir, &st)) {
		check_note(k, CHECK_BAD, "run", "%s: %s", dir, strerror(errno));
		return;
	}
	check_that(k, !(st.st_mode & S_IWOTH), CHECK_WARNING, "run", "%s is %s", dir,
		   st.st_mode & S_IWOTH ? "open to every account of this host"
					: "ours alone");
	enum result r = slot_take(dir, &slot);
	check_that(k, r == OK, CHECK_BAD, "run", "a slot for hashing %s",
		   r == OK ? "can be taken" : "can't be taken");
	if (r == OK) {
		slot_release(slot);
	}
}

/* Does something listen there, and is it closed to neighbours (THREATS 36)? */
static void check_socket(struct checks *k, const char *name, int type)
{
	const char *path = path_of(k, name);
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct stat st;

	if (stat(path, &st)) {
		check_note(k, CHECK_WARNING, "socket", "%s: %s", path, strerror(errno));
		return;
	}
	if (snprintf(a.sun_path, sizeof a.sun_path, "%s", path) >=
	    (int)sizeof a.sun_path) {
		check_note(k, CHECK_BAD, "socket",
			   "%s: longer than a socket's path may be", path);
		return;
	}
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answers = connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
	close(fd);
	check_that(k, answers, CHECK_BAD, "socket", "%s %s", path,
		   answers ? "answers" : "is there, but nobody listens");
	check_that(k, !(st.st_mode & S_IRWXO), CHECK_BAD, "socket", "%s has mode %03o%s",
		   path, st.st_mode & 0777u,
		   st.st_mode & S_IRWXO ? ": everybody on this host could speak to it"
					: "");
}

static int64_t read_pid(const char *path)
{
	char text[32] = "";
	int64_t pid = 0;
	FILE *f = fopen(path, "re");

	if (f) {
		if (fgets(text, sizeof text, f)) {
			str_to_int((struct str){ text, strcspn(text, "\n") }, 1,
				   INT32_MAX, &pid);
		}
		fclose(f);
	}
	return pid;
}

/* The soft limit of another process, 0 where it can't be told. */
static int64_t descriptors_of(int64_t pid)
{
	char line[256], path[64];
	int64_t n = 0;

	snprintf(path, sizeof path, "/proc/%" PRId64 "/limits", pid);
	FILE *f = fopen(path, "re");
	while (f && fgets(line, sizeof line, f)) {
		struct str rest = str_from(line);
		if (str_starts(rest, STR("Max open files"))) {
			rest = str_trim(str_from_at(rest, strlen("Max open files")));
			rest.len = str_index(rest, ' ');
			str_to_int(rest, 0, INT64_MAX, &n);
		}
	}
	if (f) {
		fclose(f);
	}
	return n;
}

static void check_hub(struct checks *k)
{
	const char *path = path_of(k, "hub.pid");
	int64_t pid = read_pid(path);

	if (!pid || (kill((pid_t)pid, 0) && errno == ESRCH)) {
		check_note(k, CHECK_WARNING, "hub",
			   "it does not run: clients poll instead (%s)", path);
		return;
	}
	check_note(k, CHECK_GOOD, "hub", "it runs as process %" PRId64, pid);
	int64_t n = descriptors_of(pid);
	if (n) {
		check_that(k, n >= FEW_DESCRIPTORS, CHECK_WARNING, "hub",
			   "it may open %" PRId64 " descriptors: one for each stream", n);
	}
}

void check_host(struct checks *k)
{
	struct rlimit limit;

	check_run_dir(k);
	check_socket(k, "palabre.sock", SOCK_STREAM);
	check_socket(k, "hub.sock", SOCK_STREAM);
	check_socket(k, "hub.wake", SOCK_DGRAM);
	check_hub(k);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		check_that(k, limit.rlim_max >= FEW_DESCRIPTORS, CHECK_WARNING, "limits",
			   "a process of this account may open %ju descriptors",
			   (uintmax_t)limit.rlim_max);
	}
	if (k->c->conf->db_cnf) {
		struct stat st;
		bool there = stat(k->c->conf->db_cnf, &st) == 0;
		bool closed = there && !(st.st_mode & (S_IWGRP | S_IRWXO));
		check_that(k, closed, CHECK_BAD, "settings", "%s %s", k->c->conf->db_cnf,
			   !there   ? "is not there"
			   : closed ? "is closed to others"
				    : "holds a password: give it mode 0600 or 0640");
	}
}
