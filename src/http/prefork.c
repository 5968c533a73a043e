/* prefork.c - a few equal children on one listening socket. */
#include "http/prefork.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/log.h"

/* A child that dies sooner than this is not replaced at once, lest we do nothing else. */
#define TOO_SHORT_A_LIFE_MS 1000
/* Children get so long to finish their request before they are killed. */
#define PATIENCE_MS 1500

struct child {
	pid_t pid;
	int64_t born;
};

void prefork_die_with_parent(void)
{
	pid_t parent = getppid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) {
		raise(SIGTERM);
	}
}

static void start(struct child *c, const sigset_t *old, void (*run)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (pid < 0) {
		log_error("fork_failed", NULL);
		return;
	}
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, old, NULL);
		prefork_die_with_parent();
		run(arg);
		exit(0);
	}
	c->pid = pid;
	c->born = clock_monotonic_ms();
}

/* Forgets the children that have ended. */
static void reap(struct child *children, int count)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < count; i++) {
			if (children[i].pid == pid) {
				char code[12];
				snprintf(code, sizeof code, "%d", status);
				log_warn("worker_ended", "status", code, NULL);
				children[i].pid = 0;
			}
		}
	}
}

static int alive(const struct child *children, int count)
{
	int n = 0;
	for (int i = 0; i < count; i++) {
		n += children[i].pid != 0;
	}
	return n;
}

static void tell(const struct child *children, int count, int signal)
{
	for (int i = 0; i < count; i++) {
		if (children[i].pid) {
			kill(children[i].pid, signal);
		}
	}
}

static void end_all(struct child *children, int count, const sigset_t *signals)
{
	struct timespec step = { 0, 50000000 };
	int64_t until = clock_monotonic_ms() + PATIENCE_MS;

	tell(children, count, SIGTERM);
	while (alive(children, count) && clock_monotonic_ms() < until) {
		sigtimedwait(signals, NULL, &step);
		reap(children, count);
	}
	tell(children, count, SIGKILL);
}

void prefork_run(int count, void (*child)(void *arg), void *arg)
{
	struct child *children = die_if_null(calloc((size_t)count, sizeof *children));
	struct timespec second = { 1, 0 };
	sigset_t signals, old;
	int got;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, &old);
	do {
		int64_t now = clock_monotonic_ms();
		for (int i = 0; i < count; i++) {
			bool too_soon = children[i].born &&
					now - children[i].born < TOO_SHORT_A_LIFE_MS;
			if (!children[i].pid && !too_soon) {
				start(&children[i], &old, child, arg);
			}
		}
		got = sigtimedwait(&signals, NULL, &second);
		reap(children, count);
	} while (got != SIGTERM && got != SIGINT);
	end_all(children, count, &signals);
	free(children);
}
