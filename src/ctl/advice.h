/* advice.h - what an admin can set where a network does something to streams. */
#ifndef PALABRE_CTL_ADVICE_H
#define PALABRE_CTL_ADVICE_H

/* Ended by one without a symptom. */
struct advice {
	const char *symptom; /* "stream", "refused", "idle", "post" */
	const char *server;  /* "nginx" */
	const char *lines;   /* of its configuration, each ended by a newline */
};

extern const struct advice advice[];

#endif
