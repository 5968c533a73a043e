/* gateway_cgi.c - the one request of a plain CGI process (RFC 3875): environment, stdin,
 * stdout. libfcgi's FCGX functions do not do this. */
#include <errno.h>
#include <stdlib.h>
#include <talloc.h>
#include <unistd.h>

#include "base/die.h"
#include "http/gateway.h"

static const char *get_variable(const char *name, void *arg)
{
	(void)arg;
	return getenv(name);
}

static ssize_t read_body(void *arg, char *out, size_t len)
{
	ssize_t n;

	(void)arg;
	do {
		n = read(STDIN_FILENO, out, len);
	} while (n < 0 && errno == EINTR);
	return n;
}

static void write_all(struct str s)
{
	while (s.len) {
		ssize_t n = write(STDOUT_FILENO, s.ptr, s.len);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return; /* the client went away */
		}
		s = str_from_at(s, (size_t)n);
	}
}

bool gateway_cgi_serve(gateway_handler handler, void *arg)
{
	if (!getenv("GATEWAY_INTERFACE") && !getenv("REQUEST_METHOD")) {
		return false;
	}
	void *mem = die_if_null(talloc_new(NULL));
	struct request request = { .cgi = true, .read = read_body };
	struct reply reply;
	struct buf head;

	request_init(&request, mem, get_variable, NULL);
	if (request.content_length < 0) {
		/* Without a length there is no body (RFC 3875 §4.1.2): don't wait for
		 * one. */
		request.content_length = 0;
	}
	reply_init(&reply, mem);
	handler(arg, &request, &reply);
	buf_init(&head, mem, REPLY_HEAD_MAX_BYTES);
	reply_head(&reply, &head);
	write_all(buf_str(&head));
	write_all(buf_str(&reply.body));
	char piece[16384];
	size_t n;
	while ((n = reply_file_read(&reply, piece, sizeof piece)) > 0) {
		write_all((struct str){ piece, n });
	}
	reply_finish(&reply);
	talloc_free(mem);
	return true;
}
