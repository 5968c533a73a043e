/* log.c - one line of JSON per event on stderr. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A line is cut here rather than split: one write, so that processes never mix. */
#define LINE_MAX_BYTES 2048

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

/* The only mutable globals of the program. */
static const char *program_name = "palabre";
static enum log_level max_level = LOG_INFO;

void log_init(const char *program, enum log_level max)
{
	program_name = program;
	max_level = max;
}

enum log_level log_level_parse(const char *name)
{
	for (size_t i = 0; name && i < sizeof level_names / sizeof *level_names; i++) {
		if (strcmp(name, level_names[i]) == 0) {
			return (enum log_level)i;
		}
	}
	return LOG_INFO;
}

static size_t put_char(char *line, size_t at, char c)
{
	if (at < LINE_MAX_BYTES - 3) {
		line[at++] = c;
	}
	return at;
}

static size_t put_text(char *line, size_t at, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\') {
			at = put_char(line, at, '\\');
			at = put_char(line, at, (char)c);
		} else if (c < 0x20 || c == 0x7f) {
			at = put_char(line, at, '?');
		} else {
			at = put_char(line, at, (char)c);
		}
	}
	return at;
}

static size_t put_pair(char *line, size_t at, const char *key, const char *value)
{
	at = put_char(line, at, ',');
	at = put_char(line, at, '"');
	at = put_text(line, at, key);
	at = put_char(line, at, '"');
	at = put_char(line, at, ':');
	at = put_char(line, at, '"');
	at = put_text(line, at, value ? value : "");
	return put_char(line, at, '"');
}

void log_event(enum log_level level, const char *event, ...)
{
	char line[LINE_MAX_BYTES];
	struct timespec now;
	struct tm tm;
	const char *key;
	va_list ap;

	if (level > max_level) {
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	size_t at = strftime(line, sizeof line, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &tm);
	at += (size_t)snprintf(line + at, sizeof line - at,
			       ".%03ldZ\",\"level\":\"%s\",\"program\":\"%s\",\"pid\":%d",
			       now.tv_nsec / 1000000, level_names[level], program_name,
			       (int)getpid());
	at = put_pair(line, at, "event", event);
	va_start(ap, event);
	while ((key = va_arg(ap, const char *)) != NULL) {
		at = put_pair(line, at, key, va_arg(ap, const char *));
	}
	va_end(ap);
	line[at++] = '}';
	line[at++] = '\n';
	if (write(STDERR_FILENO, line, at) < 0) {
		/* Nowhere left to say it. */
		return;
	}
}
