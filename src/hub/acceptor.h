/* acceptor.h - the thread that takes requests with libfcgi and hands them to the loop. */
#ifndef PALABRE_HUB_ACCEPTOR_H
#define PALABRE_HUB_ACCEPTOR_H

#include "http/request.h"
#include "hub/mailbox.h"

/* A request taken over from libfcgi. On malloc. */
struct arrival {
	struct mail mail;
	struct request
		request; /* its texts hang on request.mem, a talloc context of its own */
	int fd;          /* the connection to the web server, non-blocking */
	uint16_t request_id; /* FastCGI's */
};

struct acceptor;

/* libfcgi's own set-up; call it before setting signal handlers, which it overrides. */
void acceptor_init(void);

/* Starts the thread on file descriptor 0. deliver gets each struct arrival and frees it.
 */
struct acceptor *acceptor_start(struct mailbox *box,
				void (*deliver)(struct mail *mail, void *hub));

/* Takes no more requests; those taken are in the mailbox when it returns. The others wait
 * on the socket for the next hub. */
void acceptor_stop(struct acceptor *a);

#endif
