/* die.h - the end of a process that can't go on. */
#ifndef PALABRE_BASE_DIE_H
#define PALABRE_BASE_DIE_H

/* Logs the message and ends the process with status 1; the web server starts it again. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Returns p, or dies of "out of memory" where it is NULL. */
void *die_if_null(void *p) __attribute__((returns_nonnull));

#endif
