/* log.h - one line of JSON per event on stderr, which lighttpd puts in its error log. */
#ifndef PALABRE_BASE_LOG_H
#define PALABRE_BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_ERROR, /* somebody must look */
	LOG_WARN,  /* went on, but not as wished */
	LOG_INFO,  /* start, stop, reconnect */
	LOG_DEBUG, /* each request */
};

/* program is kept, not copied. Levels above max are dropped. */
void log_init(const char *program, enum log_level max);

/*
 * event is a short constant name; then pairs of key and text, ended by NULL. Values are
 * JSON-escaped, so no input can forge a line. Never pass a password or a token.
 */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#define log_error(...) log_event(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_event(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_event(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_event(LOG_DEBUG, __VA_ARGS__)

/* Whether it is not dropped: where the values are dear to make. */
bool log_wants(enum log_level level);

/* "error" … "debug"; anything else is LOG_INFO. */
enum log_level log_level_parse(const char *name);

#endif
