/* acceptor.c - takes requests with libfcgi and hands them to the loop. */
#include "hub/acceptor.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <talloc.h>
#include <time.h>

#include "base/die.h"
#include "base/log.h"

struct acceptor {
	struct mailbox *box;
	void (*deliver)(struct mail *mail, void *hub);
};

struct copy {
	void *mem;
	char **envp;
};

/* libfcgi frees its environment with the request: keep what is read of it. */
static const char *get_copy(const char *name, void *arg)
{
	struct copy *c = arg;
	return str_dupz(c->mem, str_from(FCGX_GetParam(name, c->envp)));
}

/* Streams have no body; whatever comes is read away, as libfcgi wants it. */
static void skip_body(FCGX_Request *fcgi)
{
	char waste[1024];
	while (FCGX_GetStr(waste, sizeof waste, fcgi->in) > 0) {
	}
}

static void take_over(const struct acceptor *a, FCGX_Request *fcgi)
{
	struct arrival *arrival = die_if_null(calloc(1, sizeof *arrival));
	struct copy copy = { die_if_null(talloc_new(NULL)), fcgi->envp };

	request_init(&arrival->request, copy.mem, get_copy, &copy);
	skip_body(fcgi);
	arrival->fd = fcgi->ipcFd;
	arrival->request_id = (uint16_t)fcgi->requestId;
	arrival->mail.deliver = a->deliver;
	FCGX_Free(fcgi, 0);
	fcgi->ipcFd = -1; /* else the next Accept closes it */
	fcntl(arrival->fd, F_SETFL, O_NONBLOCK);
	fcntl(arrival->fd, F_SETFD, FD_CLOEXEC);
	mailbox_post(a->box, &arrival->mail);
}

static void *run(void *arg)
{
	FCGX_Request fcgi;

	FCGX_InitRequest(&fcgi, 0, 0);
	for (;;) {
		if (FCGX_Accept_r(&fcgi) >= 0) {
			take_over(arg, &fcgi);
		} else {
			/* Out of descriptors, most likely: some stream will end. */
			log_warn("accept_failed", NULL);
			nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
		}
	}
	return NULL;
}

void acceptor_init(void)
{
	if (FCGX_Init()) {
		die("libfcgi can't start");
	}
}

void acceptor_start(struct mailbox *box, void (*deliver)(struct mail *mail, void *hub))
{
	struct acceptor *a = die_if_null(calloc(1, sizeof *a));
	pthread_t thread;

	a->box = box;
	a->deliver = deliver;
	if (pthread_create(&thread, NULL, run, a)) {
		die("can't start the acceptor's thread");
	}
	pthread_detach(thread);
}
