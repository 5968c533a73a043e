/* client.c - MariaDB's own programs, run as children. */
#include "ctl/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "queries.h"

#define OPTION_FILE_MAX 65536
#define MAX_ARGUMENTS 16

/* By their names of today and those of MySQL. */
static const char *const programs[][2] = {
	[CLIENT_DUMP] = { "mariadb-dump", "mysqldump" },
	[CLIENT_SHELL] = { "mariadb", "mysql" },
};

static const char *const dump_options[] = {
	"--single-transaction", "--quick",         "--hex-blob",
	"--no-tablespaces",     "--skip-triggers", NULL,
};

static const char *const shell_options[] = { "--batch", "--binary-mode", NULL };

static const char *const *const options[] = {
	[CLIENT_DUMP] = dump_options,
	[CLIENT_SHELL] = shell_options,
};

/* Only some of the programs know "database": it is given as an argument instead. */
static bool is_database_line(struct str line)
{
	line = str_trim(line);
	struct str name = str_trim((struct str){ line.ptr, str_index(line, '=') });
	return str_eq(name, STR("database"));
}

/* A copy of the option file without that line, in memory alone. -1: said on stderr. */
static int copy_option_file(struct ctl *c)
{
	char text[OPTION_FILE_MAX];
	FILE *in = fopen(c->conf->db_cnf, "re");
	size_t len = in ? fread(text, 1, sizeof text, in) : 0;

	if (!in || ferror(in) || len == sizeof text) {
		ctl_fail(c, CTL_FAILED, "%s: %s", c->conf->db_cnf,
			 in ? "can't be read" : strerror(errno));
		if (in) {
			fclose(in);
		}
		return -1;
	}
	fclose(in);
	int fd = memfd_create("palabre.cnf", 0); /* the child inherits it */
	FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
	struct str rest = { text, len };
	while (out && rest.ptr) {
		struct str line = str_split(&rest, '\n');
		if (!is_database_line(line)) {
			fprintf(out, STR_FMT "\n", STR_ARG(line));
		}
	}
	/* One that others could write would be ignored. */
	if (!out || fchmod(fd, 0600) || fclose(out)) {
		ctl_fail(c, CTL_FAILED, "option file: %s", strerror(errno));
		return -1;
	}
	return fd;
}

static void exec_child(struct ctl *c, enum client_kind kind, int option_fd,
		       const char *database)
{
	const char *argv[MAX_ARGUMENTS] = { NULL };
	char defaults[64];
	int n = 1;

	if (c->conf->db_cnf) {
		snprintf(defaults, sizeof defaults, "--defaults-file=/proc/self/fd/%d",
			 option_fd);
		argv[n++] = defaults;
	}
	argv[n++] = "--default-character-set=utf8mb4";
	for (const char *const *o = options[kind]; *o; o++) {
		argv[n++] = *o;
	}
	argv[n++] = database;
	for (size_t i = 0; i < 2; i++) {
		argv[0] = programs[kind][i];
		/* execvp() leaves the texts alone; its prototype is older than const. */
		execvp(argv[0], (char *const *)(uintptr_t)argv);
	}
	fprintf(stderr, "palabrectl: %s is not installed\n", programs[kind][0]);
	_exit(127);
}

static const char *database_name(struct ctl *c)
{
	struct row_admin_server *row;
	size_t n;
	enum result r = q_admin_server(c->db, c->mem, &row, &n);

	if (r != OK) {
		ctl_result(c, r, "database");
		return NULL;
	}
	return row->database.ptr;
}

bool client_start(struct ctl *c, enum client_kind kind, struct client *out)
{
	int ends[2], option_fd = -1;
	const char *database = database_name(c);
	int ours = kind == CLIENT_DUMP ? 0 : 1;

	if (!database) {
		return false;
	}
	if (c->conf->db_cnf && (option_fd = copy_option_file(c)) < 0) {
		return false;
	}
	if (pipe2(ends, O_CLOEXEC)) {
		ctl_fail(c, CTL_FAILED, "pipe: %s", strerror(errno));
		return false;
	}
	out->pid = fork();
	if (out->pid == 0) {
		dup2(ends[!ours], kind == CLIENT_DUMP ? STDOUT_FILENO : STDIN_FILENO);
		exec_child(c, kind, option_fd, database);
	}
	close(ends[!ours]);
	if (option_fd >= 0) {
		close(option_fd);
	}
	out->fd = ends[ours];
	if (out->pid < 0) {
		close(out->fd);
		ctl_fail(c, CTL_FAILED, "fork: %s", strerror(errno));
		return false;
	}
	return true;
}

bool client_finish(struct client *client)
{
	int status;

	close(client->fd);
	while (waitpid(client->pid, &status, 0) < 0) {
		if (errno != EINTR) {
			return false;
		}
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
