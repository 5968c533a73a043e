/* bench.c - connections and the clock. */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

noreturn void bench_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("streams: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

uint64_t bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int bench_connect(struct bench *b, struct endpoint *e)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(b->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event watch = { .events = EPOLLIN, .data.ptr = e };
	int one = 1;

	e->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (e->fd < 0 || connect(e->fd, (struct sockaddr *)&to, sizeof to)) {
		bench_die("can't connect: %s", strerror(errno));
	}
	setsockopt(e->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	fcntl(e->fd, F_SETFL, O_NONBLOCK);
	if (epoll_ctl(b->epoll, EPOLL_CTL_ADD, e->fd, &watch)) {
		bench_die("epoll: %s", strerror(errno));
	}
	return e->fd;
}

void bench_write(int fd, const char *text, int length)
{
	if (write(fd, text, (size_t)length) != length) {
		bench_die("can't write: %s", strerror(errno));
	}
}
