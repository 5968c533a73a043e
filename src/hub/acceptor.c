/* acceptor.c - takes requests with libfcgi and hands them to the loop. */
#include "hub/acceptor.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <talloc.h>
#include <time.h>

#include "base/die.h"
#include "base/log.h"

/* 10 ms each. */
#define STOP_TRIES 50

struct acceptor {
	struct mailbox *box;
	void (*deliver)(struct mail *mail, void *hub);
	pthread_t thread;
	atomic_bool stopping;
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

static void interrupt(int signal)
{
	(void)signal; /* only to make accept() return */
}

/* The one signal that this thread takes: acceptor_stop() sends it. */
static void listen_for_stop(void)
{
	struct sigaction action = { .sa_handler = interrupt };
	sigset_t set;

	sigaction(SIGUSR2, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void *run(void *arg)
{
	struct acceptor *a = arg;
	FCGX_Request fcgi;

	listen_for_stop();
	FCGX_InitRequest(&fcgi, 0, 0);
	while (!atomic_load(&a->stopping)) {
		if (FCGX_Accept_r(&fcgi) >= 0) {
			take_over(a, &fcgi);
		} else if (!atomic_load(&a->stopping)) {
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

struct acceptor *acceptor_start(struct mailbox *box,
				void (*deliver)(struct mail *mail, void *hub))
{
	struct acceptor *a = die_if_null(calloc(1, sizeof *a));

	a->box = box;
	a->deliver = deliver;
	if (pthread_create(&a->thread, NULL, run, a)) {
		die("can't start the acceptor's thread");
	}
	return a;
}

/* The signal may come the moment before accept(): it is repeated until it was seen. */
void acceptor_stop(struct acceptor *a)
{
	atomic_store(&a->stopping, true);
	FCGX_ShutdownPending();
	for (int i = 0; i < STOP_TRIES; i++) {
		struct timespec until;

		pthread_kill(a->thread, SIGUSR2);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 10000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (pthread_timedjoin_np(a->thread, NULL, &until) == 0) {
			return;
		}
	}
}
