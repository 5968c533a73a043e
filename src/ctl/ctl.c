/* ctl.c - palabrectl's table of commands, its command line, and how it speaks. */
#include "ctl/ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/log.h"

#ifndef PALABRE_VERSION
#define PALABRE_VERSION "unknown"
#endif

#define MAX_OUTPUT (64u << 20)

#define SLOW 0   /* no ceiling: a migration or a count takes what it takes */
#define QUICK 10 /* seconds for each answer of the database */

/* clang-format off */
static const struct ctl_command commands[] = {
	{ "migrate", "", 0, 0, { NULL },
	  "bring the database's schema up to date", ctl_migrate, SLOW },
	{ "user add", "NAME", 1, 1, { "admin", "display-name=", "generate", NULL },
	  "make an account; its password is read from standard input",
	  ctl_user_add, QUICK },
	{ "user list", "", 0, 0, { NULL },
	  "show all accounts", ctl_user_list, SLOW },
	{ "user disable", "NAME", 1, 1, { NULL },
	  "close an account and end its sessions", ctl_user_disable, QUICK },
	{ "user enable", "NAME", 1, 1, { NULL },
	  "open a closed account again", ctl_user_enable, QUICK },
	{ "user passwd", "NAME", 1, 1, { "generate", NULL },
	  "set a new password and end the sessions", ctl_user_passwd, QUICK },
	{ "user role", "NAME admin|user", 2, 2, { NULL },
	  "make somebody an administrator, or no longer", ctl_user_role, QUICK },
	{ "room list", "", 0, 0, { NULL },
	  "show all rooms", ctl_room_list, SLOW },
	{ "room delete", "ID", 1, 1, { NULL },
	  "delete a room", ctl_room_delete, QUICK },
	{ "session list", "[NAME]", 0, 1, { NULL },
	  "show who is signed in from where", ctl_session_list, SLOW },
	{ "session revoke", "ID|NAME", 1, 1, { NULL },
	  "end one session, or all of an account", ctl_session_revoke, QUICK },
	{ "stats", "", 0, 0, { NULL },
	  "count what there is", ctl_stats, SLOW },
	{ "backup", "FILE", 1, 1, { NULL },
	  "write everything into a file (- is standard output)", ctl_backup, SLOW },
	{ "restore", "FILE", 1, 1, { "yes", NULL },
	  "put a backup in the place of what is there", ctl_restore, SLOW },
	{ "purge", "", 0, 0, { "events=", "messages=", NULL },
	  "remove now what has had its time", ctl_purge, SLOW },
	{ "media stats", "", 0, 0, { NULL },
	  "count the files of messages, and those in the cache", ctl_media_stats, SLOW },
	{ "media gc", "", 0, 0, { NULL },
	  "remove now the files that no message holds", ctl_media_gc, SLOW },
	{ "media verify", "", 0, 0, { NULL },
	  "read every file, and tell which are damaged", ctl_media_verify, SLOW },
	{ "selftest", "", 0, 0, { "lighttpd=", "url=", "as=", "idle=", NULL },
	  "look whether this installation, or the network to it, is sound",
	  ctl_selftest, QUICK },
};
/* clang-format on */

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

/* Is it one of the commands that begin with this word? Any is, of NULL. */
static bool is_of_group(const struct ctl_command *cmd, const char *group)
{
	size_t len = group ? strlen(group) : 0;

	return !group || (strncmp(cmd->name, group, len) == 0 && cmd->name[len] == ' ');
}

static bool is_group(const char *word)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (is_of_group(&commands[i], word)) {
			return true;
		}
	}
	return false;
}

static void print_commands(const char *group)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		char left[64];
		snprintf(left, sizeof left, "%s %s", commands[i].name, commands[i].args);
		if (is_of_group(&commands[i], group)) {
			printf("  %-28s %s\n", left, commands[i].help);
		}
	}
}

static void print_help(void)
{
	printf("usage: palabrectl [--json] COMMAND [ARGUMENT…]\n\n");
	print_commands(NULL);
	printf("\n  --help after a command tells its options;  --version\n\n"
	       "The database is found by the MySQL option file in PALABRE_DB_CNF.\n"
	       "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 conflict,\n"
	       "5 database unreachable, 6 something was found wrong.\n");
}

static void print_command_help(const struct ctl_command *cmd)
{
	printf("usage: palabrectl %s", cmd->name);
	for (int i = 0; i < CTL_MAX_OPTIONS && cmd->options[i]; i++) {
		const char *o = cmd->options[i];
		printf(" [--%s%s]", o, o[strlen(o) - 1] == '=' ? "VALUE" : "");
	}
	printf("%s%s\n\n%s\n", *cmd->args ? " " : "", cmd->args, cmd->help);
}

/* The command at the front of args, one or two words; *words tells how many. */
static const struct ctl_command *find_command(char **args, int count, int *words)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		struct str rest = str_from(commands[i].name);
		int n = 0;
		bool same = true;
		while (rest.ptr && same) {
			struct str word = str_split(&rest, ' ');
			same = n < count && str_eq(word, str_from(args[n]));
			n++;
		}
		if (same) {
			*words = n;
			return &commands[i];
		}
	}
	return NULL;
}

static bool take_option(struct ctl *c, const char *text)
{
	for (int i = 0; i < CTL_MAX_OPTIONS && c->command->options[i]; i++) {
		const char *o = c->command->options[i];
		size_t len = strlen(o);
		if (o[len - 1] == '=' ? strncmp(text, o, len) == 0
				      : strcmp(text, o) == 0) {
			c->options[i] = text + len;
			return true;
		}
	}
	return false;
}

static enum ctl_exit take_arguments(struct ctl *c, char **args, int count)
{
	bool only_args = false;

	for (int i = 0; i < count; i++) {
		if (!only_args && strcmp(args[i], "--") == 0) {
			only_args = true;
		} else if (!only_args && strcmp(args[i], "--json") == 0) {
			c->json = true;
		} else if (!only_args && strncmp(args[i], "--", 2) == 0) {
			if (!take_option(c, args[i] + 2)) {
				return ctl_fail(c, CTL_USAGE, "%s knows no option %s",
						c->command->name, args[i]);
			}
		} else if (c->arg_count == c->command->max_args) {
			return ctl_fail(c, CTL_USAGE, "one argument too many: %s",
					args[i]);
		} else {
			c->args[c->arg_count++] = str_from(args[i]);
		}
	}
	if (c->arg_count < c->command->min_args) {
		return ctl_fail(c, CTL_USAGE, "usage: palabrectl %s %s", c->command->name,
				c->command->args);
	}
	return CTL_OK;
}

const char *ctl_option(const struct ctl *c, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < CTL_MAX_OPTIONS && c->command->options[i]; i++) {
		const char *o = c->command->options[i];
		if (strncmp(o, name, len) == 0 && (o[len] == '\0' || o[len] == '=')) {
			return c->options[i];
		}
	}
	return NULL;
}

static enum ctl_exit run(struct ctl *c)
{
	struct db_options options = { c->conf->db_cnf, c->command->timeout_s };

	c->db = db_create(c->mem, &options);
	buf_init(&c->out, c->mem, MAX_OUTPUT);
	c->j = json_into(&c->out);
	enum ctl_exit code = c->command->run(c);
	if (c->json && c->out.len) {
		fwrite(c->out.ptr, 1, c->out.len, stdout);
		putchar('\n');
	}
	if (fflush(stdout) && code == CTL_OK) {
		code = ctl_fail(c, CTL_FAILED, "standard output can't be written");
	}
	return code;
}

static enum ctl_exit start(struct ctl *c, int argc, char **argv)
{
	struct conf conf;
	int at = 1, words = 0;

	if (at < argc && strcmp(argv[at], "--json") == 0) {
		c->json = true;
		at++;
	}
	if (at == argc || strcmp(argv[at], "--help") == 0 ||
	    strcmp(argv[at], "help") == 0) {
		print_help();
		return at == argc ? CTL_USAGE : CTL_OK;
	}
	if (strcmp(argv[at], "--version") == 0) {
		printf("palabrectl " PALABRE_VERSION "\n");
		return CTL_OK;
	}
	c->command = find_command(argv + at, argc - at, &words);
	bool group = !c->command && is_group(argv[at]);
	if (group && at + 1 < argc && strcmp(argv[at + 1], "--help") == 0) {
		print_commands(argv[at]);
		return CTL_OK;
	}
	if (!c->command) {
		return ctl_fail(c, CTL_USAGE,
				"no such command; see palabrectl%s%s --help",
				group ? " " : "", group ? argv[at] : "");
	}
	at += words;
	if (at < argc && strcmp(argv[at], "--help") == 0) {
		print_command_help(c->command);
		return CTL_OK;
	}
	const char *wrong = conf_load(&conf);
	if (wrong) {
		return ctl_fail(c, CTL_USAGE, "the value of %s can't be used", wrong);
	}
	c->conf = &conf;
	log_init("palabrectl",
		 conf.log_level ? log_level_parse(conf.log_level) : LOG_ERROR);
	enum ctl_exit code = take_arguments(c, argv + at, argc - at);
	return code == CTL_OK ? run(c) : code;
}

enum ctl_exit ctl_main(int argc, char **argv)
{
	struct ctl c = { .mem = die_if_null(talloc_new(NULL)),
			 .terminal = isatty(2) == 1 };
	enum ctl_exit code = start(&c, argc, argv);

	talloc_free(c.mem);
	return code;
}

void ctl_say(const struct ctl *c, const char *fmt, ...)
{
	va_list ap;

	if (c->json) {
		return;
	}
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

enum ctl_exit ctl_fail(const struct ctl *c, enum ctl_exit code, const char *fmt, ...)
{
	va_list ap;

	ctl_progress(c, "%s", "");
	fputs("palabrectl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

enum ctl_exit ctl_result(const struct ctl *c, enum result r, const char *what)
{
	switch (r) {
	case OK:
		return CTL_OK;
	case E_NOT_FOUND:
		return ctl_fail(c, CTL_NOT_FOUND, "%s: not found", what);
	case E_CONFLICT:
	case E_DUPLICATE:
		return ctl_fail(c, CTL_CONFLICT, "%s: already there", what);
	case E_FIELD:
	case E_INVALID:
		return ctl_fail(c, CTL_USAGE, "%s: not allowed", what);
	case E_UNAVAILABLE:
	case E_RETRY:
		return ctl_fail(c, CTL_UNREACHABLE, "%s: %s", what, db_error(c->db));
	default:
		return ctl_fail(c, CTL_FAILED, "%s: %s", what, db_error(c->db));
	}
}

void ctl_progress(const struct ctl *c, const char *fmt, ...)
{
	va_list ap;

	if (!c->terminal) {
		return;
	}
	fputs("\r\033[K", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
}

const char *ctl_text(const struct ctl *c, struct str s)
{
	char *z = str_dupz(c->mem, s.ptr ? s : STR(""));

	for (char *p = z; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f) {
			*p = '?';
		}
	}
	return z;
}

const char *ctl_time(const struct ctl *c, int64_t ms)
{
	char text[CLOCK_RFC3339_SIZE];

	if (ms <= 0) {
		return "-";
	}
	clock_rfc3339(ms, text);
	text[10] = ' ';
	return str_dupz(c->mem, (struct str){ text, 19 });
}
