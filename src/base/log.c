/* log.c - one line of JSON per event on stderr. */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
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

bool log_wants(enum log_level level)
{
	return level <= max_level;
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

/* What stands after the last value that was cut: its quote, the brace, the newline. */
#define LINE_END_BYTES 3

/* The length of the character at the front of text, which ends in NUL. */
static size_t character(const char *text)
{
	size_t n = 1;
	while (n < 4 && ((unsigned char)text[n] & 0xc0) == 0x80) {
		n++;
	}
	return n;
}

/* As much of text as there is room for; characters and escapes are never cut in two. */
static size_t put_text(char *line, size_t at, const char *text)
{
	while (*text) {
		size_t n = character(text);
		bool escape = *text == '"' || *text == '\\';
		if (at + escape + n > LINE_MAX_BYTES - LINE_END_BYTES) {
			break;
		}
		if (escape) {
			line[at++] = '\\';
		}
		memcpy(line + at, text, n);
		if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			line[at] = '?';
		}
		at += n;
		text += n;
	}
	return at;
}

/* A pair whose key has no room any more is left out. */
static size_t put_pair(char *line, size_t at, const char *key, const char *value)
{
	size_t len = strlen(key);

	if (at + len + strlen(",\"\":\"") > LINE_MAX_BYTES - LINE_END_BYTES) {
		return at;
	}
	line[at++] = ',';
	line[at++] = '"';
	memcpy(line + at, key, len);
	at += len;
	memcpy(line + at, "\":\"", 3);
	at = put_text(line, at + 3, value ? value : "");
	line[at++] = '"';
	return at;
}

void log_event(enum log_level level, const char *event, ...)
{
	char line[LINE_MAX_BYTES];
	struct timespec now;
	struct tm tm;
	const char *key;
	va_list ap;

	if (!log_wants(level)) {
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
