/* told.c - the words for what a client tells of its network. */
#include "http/told.h"

#include <stddef.h>

const char *const told_why_names[] = {
	[TOLD_BUFFERED] = "buffered", [TOLD_CUT] = "cut",
	[TOLD_HELD] = "held",         [TOLD_MUTE] = "mute",
	[TOLD_REFUSED] = "refused",   [TOLD_SILENT] = "silent",
	[TOLD_WHYS] = NULL,
};

const char *const told_limit_names[] = {
	[TOLD_POLL] = "poll",
	[TOLD_SILENCE] = "silence",
	[TOLD_LIMITS] = NULL,
};
