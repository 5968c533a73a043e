/*
 * launch.c - owns the FastCGI sockets of a private instance and keeps their programs
 * alive.
 *
 *   launch RUN BUILD     RUN/palabre.sock → BUILD/palabre.fcgi,
 *                        RUN/hub.sock → BUILD/palabre-hub.fcgi, each as descriptor 0
 *
 * What systemd does in production. lighttpd could start the programs itself (bin-path),
 * but one that finds a socket still answering takes it for somebody else's and never
 * starts the program again: kill -9 of the workers' master, or of lighttpd, was enough.
 * Here the sockets outlive both, so connections wait in the queue while a program starts.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define QUEUE 4096

/* After TERM the programs have so long, in seconds, before they are killed. */
#define PATIENCE 5

/* One that ends sooner than this, in milliseconds, is started again no sooner. */
#define SETTLED 1000

struct program {
	const char *name;
	const char *socket;
	char path[4096];
	int listener;
	pid_t pid;          /* 0 = not running */
	int64_t started;    /* ms of the monotonic clock */
	int64_t not_before; /* ms; while it is down */
	bool proven;        /* has once run for longer than SETTLED */
};

static struct program programs[] = {
	{ .name = "palabre.fcgi", .socket = "palabre.sock" },
	{ .name = "palabre-hub.fcgi", .socket = "hub.sock" },
};

#define PROGRAMS (sizeof programs / sizeof *programs)

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A line for the log, like those of the programs. */
static void report(const char *event, const struct program *p, int code)
{
	char time_text[32];
	time_t t = time(NULL);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	fprintf(stderr,
		"{\"time\":\"%s\",\"level\":\"warn\",\"program\":\"launch\",\"event\":\"%"
		"s\","
		"\"of\":\"%s\",\"code\":%d}\n",
		time_text, event, p->name, code);
}

static int open_listener(const char *run, const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int n = snprintf(addr.sun_path, sizeof addr.sun_path, "%s/%s", run, name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (n < 0 || (size_t)n >= sizeof addr.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	unlink(addr.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof addr) ||
	    listen(fd, QUEUE)) {
		return -1;
	}
	return fd;
}

static void start(struct program *p, const sigset_t *outside)
{
	p->started = now_ms();
	p->pid = fork();
	if (p->pid < 0) {
		p->pid = 0;
		p->not_before = p->started + SETTLED;
		return;
	}
	if (p->pid > 0) {
		return;
	}
	sigprocmask(SIG_SETMASK, outside, NULL);
	if (dup2(p->listener, 0) == 0) {
		execl(p->path, p->path, (char *)NULL);
	}
	fprintf(stderr, "%s: %s\n", p->path, strerror(errno));
	_exit(127);
}

/* Takes note of one that ended. False: it cannot work, there is no use in going on. */
static bool ended(struct program *p, int status)
{
	int64_t now = now_ms();
	bool settled = now - p->started >= SETTLED;

	p->pid = 0;
	p->proven |= settled;
	p->not_before = settled ? now : p->started + SETTLED;
	if (WIFSIGNALED(status)) {
		report("killed", p, WTERMSIG(status));
		return true;
	}
	report("ended", p, WEXITSTATUS(status));
	return p->proven || WEXITSTATUS(status) == 0;
}

/* Collects those that ended. */
static bool reap(void)
{
	bool useful = true;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < PROGRAMS; i++) {
			if (programs[i].pid == pid) {
				useful &= ended(&programs[i], status);
			}
		}
	}
	return useful;
}

static bool signal_all(int sig)
{
	bool any = false;

	for (size_t i = 0; i < PROGRAMS; i++) {
		if (programs[i].pid) {
			any = true;
			kill(programs[i].pid, sig);
		}
	}
	return any;
}

static void stop(void)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	int64_t limit = now_ms() + PATIENCE * 1000;

	signal_all(SIGTERM);
	while (signal_all(0) && now_ms() < limit) {
		nanosleep(&pause, NULL);
		reap();
	}
	signal_all(SIGKILL);
}

/* Starts what is down and may be; returns the milliseconds until there is more to do. */
static int64_t start_due(const sigset_t *outside)
{
	int64_t wait = 60000;

	for (size_t i = 0; i < PROGRAMS; i++) {
		struct program *p = &programs[i];
		int64_t left = p->not_before - now_ms();
		if (!p->pid && left <= 0) {
			start(p, outside);
		} else if (!p->pid && left < wait) {
			wait = left;
		}
	}
	return wait;
}

int main(int argc, char **argv)
{
	sigset_t ours, outside;

	if (argc != 3) {
		fprintf(stderr, "usage: launch RUN BUILD\n");
		return 2;
	}
	for (size_t i = 0; i < PROGRAMS; i++) {
		struct program *p = &programs[i];
		p->listener = open_listener(argv[1], p->socket);
		if (p->listener < 0) {
			fprintf(stderr, "%s/%s: %s\n", argv[1], p->socket,
				strerror(errno));
			return 1;
		}
		snprintf(p->path, sizeof p->path, "%s/%s", argv[2], p->name);
	}
	sigemptyset(&ours);
	sigaddset(&ours, SIGCHLD);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigprocmask(SIG_BLOCK, &ours, &outside);
	for (;;) {
		int64_t wait = start_due(&outside);
		struct timespec t = { .tv_sec = wait / 1000,
				      .tv_nsec = wait % 1000 * 1000000 };
		int sig = sigtimedwait(&ours, NULL, &t);
		bool useful = reap();
		if (sig == SIGTERM || sig == SIGINT || !useful) {
			stop();
			return useful ? 0 : 1;
		}
	}
}
