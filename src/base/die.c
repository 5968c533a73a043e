/* die.c - the end of a process that can't go on. */
#include "base/die.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

void die(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	log_error("fatal", "why", text, NULL);
	exit(1);
}

void *die_if_null(void *p)
{
	if (!p) {
		die("out of memory");
	}
	return p;
}
