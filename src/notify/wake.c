/* wake.c - the hint, worker to hub, that the log has grown. */
#include "notify/wake.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/die.h"

static struct sockaddr_un address(const char *run_dir)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int n = snprintf(a.sun_path, sizeof a.sun_path, "%s/hub.wake", run_dir);
	if (n < 0 || (size_t)n >= sizeof a.sun_path) {
		die("PALABRE_RUN is too long for a socket: %s", run_dir);
	}
	return a;
}

int wake_sender(const char *run_dir)
{
	address(run_dir);
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

void wake_send(int fd, const char *run_dir)
{
	struct sockaddr_un a = address(run_dir);
	if (sendto(fd, "e", 1, MSG_DONTWAIT, (struct sockaddr *)&a, sizeof a) < 0) {
		return; /* no hub, or its queue is full of wakes already */
	}
}

int wake_receiver(const char *run_dir)
{
	struct sockaddr_un a = address(run_dir);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		die("wake socket: can't make one");
	}
	unlink(a.sun_path);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) || chmod(a.sun_path, 0660)) {
		die("wake socket: can't bind %s", a.sun_path);
	}
	return fd;
}

void wake_drain(int fd)
{
	char byte;
	while (recv(fd, &byte, 1, MSG_DONTWAIT) >= 0) {
	}
}
