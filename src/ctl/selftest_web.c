/* selftest_web.c - selftest: what can be seen of lighttpd's settings. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/die.h"
#include "ctl/check.h"

#define PRINTED_MAX (1u << 20)
#define ENVIRONMENT_MAX 65536
#define VARIABLES_MAX 512
#define WEB_MAX_FDS 65535 /* its setting is an unsigned short */

/* Where its configuration is: as told, else as a private instance has it. */
static const char *conf_path(const struct checks *k)
{
	const char *told = ctl_option(k->c, "lighttpd");

	return told ? told
		    : str_printf(k->c->mem, "%s/../lighttpd.conf", k->c->conf->run_dir)
			       .ptr;
}

/* The environment of the lighttpd that runs, which its configuration may refer to. */
static char **environment_of_lighttpd(const struct checks *k)
{
	char **variables =
		die_if_null(talloc_zero_array(k->c->mem, char *, VARIABLES_MAX + 1));
	char *text = die_if_null(talloc_zero_size(k->c->mem, ENVIRONMENT_MAX));
	char pid[16] = "", path[64];
	size_t count = 0;
	FILE *f = fopen(str_printf(k->c->mem, "%s/lighttpd.pid", k->c->conf->run_dir).ptr,
			"re");

	if (!f || !fgets(pid, sizeof pid, f)) {
		if (f) {
			fclose(f);
		}
		return environ;
	}
	fclose(f);
	snprintf(path, sizeof path, "/proc/%.*s/environ", (int)strcspn(pid, "\n"), pid);
	f = fopen(path, "re");
	if (!f) {
		return environ;
	}
	size_t len = fread(text, 1, ENVIRONMENT_MAX - 1, f);
	fclose(f);
	for (char *at = text; at < text + len && count < VARIABLES_MAX;
	     at += strlen(at) + 1) {
		variables[count++] = at;
	}
	return variables;
}

/* What "lighttpd -p" prints: all of its settings, includes followed. False where it
 * fails. */
static bool print_settings(const struct checks *k, const char *path, struct buf *out)
{
	int ends[2], status;

	if (pipe(ends)) {
		return false;
	}
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		char *const argv[] = { "lighttpd", "-p", "-f",
				       str_dupz(k->c->mem, str_from(path)), NULL };
		char **variables = environment_of_lighttpd(k);
		execve("/usr/sbin/lighttpd", argv, variables);
		execvpe("lighttpd", argv, variables);
		_exit(127);
	}
	close(ends[1]);
	ssize_t n = pid < 0 ? -1 : 1;
	while (n > 0) {
		char chunk[4096];
		n = read(ends[0], chunk, sizeof chunk);
		buf_add(out, chunk, n > 0 ? (size_t)n : 0);
	}
	close(ends[0]);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

/* The number behind "name =", 0 where it is not set. */
static int64_t number(struct str settings, const char *name)
{
	int64_t n = 0;

	while (settings.ptr) {
		struct str line = str_trim(str_split(&settings, '\n'));
		if (str_starts(line, str_from(name))) {
			line = str_trim(str_from_at(line, str_index(line, '=') + 1));
			str_to_int(line, 0, INT64_MAX, &n);
		}
	}
	return n;
}

static bool contains(struct str text, const char *what)
{
	return text.len && memmem(text.ptr, text.len, what, strlen(what)) != NULL;
}

/* The block ("$HTTP[…] {" to its end) that speaks of hub.sock; all where none does. */
static struct str hub_block(struct str settings)
{
	const char *at =
		memmem(settings.ptr, settings.len, "hub.sock", strlen("hub.sock"));
	const char *from = at;

	if (!at) {
		return STR_NONE;
	}
	while (from > settings.ptr && *from != '$') {
		from--;
	}
	struct str rest = { from, (size_t)(settings.ptr + settings.len - from) };
	const char *end = memmem(rest.ptr, rest.len, "# end of", strlen("# end of"));
	return end ? (struct str){ from, (size_t)(end - from) } : rest;
}

/* Does mod_deflate take event streams for text, and so hold them back? */
static bool deflates_streams(struct str settings)
{
	const char *at = memmem(settings.ptr, settings.len, "deflate.mimetypes", 17);

	if (!at) {
		return false;
	}
	struct str list = { at, (size_t)(settings.ptr + settings.len - at) };
	list.len = str_index(list, ')');
	return contains(list, "\"text/\"") || contains(list, "\"text\"") ||
	       contains(list, "event-stream") || contains(list, "\"\"");
}

static void check_settings(struct checks *k, struct str s)
{
	int64_t fds = number(s, "server.max-fds");
	int64_t connections = number(s, "server.max-connections");
	struct str hub = hub_block(s);

	check_that(k, fds >= 4096 && fds <= WEB_MAX_FDS, CHECK_WARNING, "lighttpd",
		   "server.max-fds is %" PRId64
		   " (0: not set; up to 65535, two for each stream)",
		   fds);
	check_that(k, connections * 2 <= fds + 1, CHECK_WARNING, "lighttpd",
		   "server.max-connections is %" PRId64 " (half of max-fds at most)",
		   connections);
	check_that(k, !deflates_streams(s), CHECK_BAD, "lighttpd",
		   deflates_streams(s) ? "deflate.mimetypes matches text/event-stream"
				       : "event streams are not deflated");
	if (!hub.ptr) {
		check_note(k, CHECK_WARNING, "lighttpd", "its settings know no hub.sock");
		return;
	}
	check_that(k, contains(hub, "server.stream-response-body = 2"), CHECK_BAD,
		   "lighttpd",
		   "streams are%s passed on as they come (server.stream-response-body)",
		   contains(hub, "server.stream-response-body = 2") ? "" : " not");
	bool fin = contains(hub, "\"tcp-fin-propagate\"");
	check_that(k, fin, CHECK_WARNING, "lighttpd",
		   "the hub is%s told of clients that leave%s", fin ? "" : " not",
		   fin ? "" : " (tcp-fin-propagate)");
}

void check_web(struct checks *k)
{
	const char *path = conf_path(k);
	struct buf printed;

	if (access(path, R_OK)) {
		check_note(k, ctl_option(k->c, "lighttpd") ? CHECK_BAD : CHECK_GOOD,
			   "lighttpd", "%s: %s%s", path, strerror(errno),
			   ctl_option(k->c, "lighttpd")
				   ? ""
				   : "; --lighttpd=FILE looks at another");
		return;
	}
	buf_init(&printed, k->c->mem, PRINTED_MAX);
	if (!print_settings(k, path, &printed)) {
		struct str first = buf_str(&printed);
		first.len = str_index(first, '\n');
		check_note(k, CHECK_WARNING, "lighttpd", "%s can't be looked at: %s",
			   path, ctl_text(k->c, first));
		return;
	}
	check_settings(k, buf_str(&printed));
}
