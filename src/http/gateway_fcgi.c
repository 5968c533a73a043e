/* gateway_fcgi.c - requests over FastCGI, by libfcgi: one at a time.
 *
 * The answer is written by ourselves, in one go: libfcgi sends it in pieces of 8 KiB, and
 * then waits for the web server to hang up, while we could do the next. */
#include <errno.h>
#include <fcgiapp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <talloc.h>
#include <unistd.h>

#include "base/die.h"
#include "http/gateway.h"
#include "http/record.h"

static const char *get_param(const char *name, void *arg)
{
	return FCGX_GetParam(name, arg);
}

static ssize_t read_body(void *arg, char *out, size_t len)
{
	int n = FCGX_GetStr(out, (int)len, arg);
	return n < 0 ? -1 : n;
}

bool gateway_is_fastcgi(void)
{
	return !FCGX_IsCGI();
}

/* Takes n bytes off the front of the pieces; returns how many pieces are left. */
static int skip(struct iovec **pieces, int count, size_t n)
{
	while (count && n >= (*pieces)->iov_len) {
		n -= (*pieces)->iov_len;
		++*pieces;
		count--;
	}
	if (count) {
		(*pieces)->iov_base = (char *)(*pieces)->iov_base + n;
		(*pieces)->iov_len -= n;
	}
	return count;
}

/* Writes it all. Where the web server is gone, nobody is left to be told. */
static bool write_all(int fd, struct iovec *pieces, int count)
{
	while (count) {
		struct msghdr m = { .msg_iov = pieces, .msg_iovlen = (size_t)count };
		ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR) {
			return false;
		}
		count = skip(&pieces, count, n < 0 ? 0 : (size_t)n);
	}
	return true;
}

/* Writes one STDOUT record of two parts, and behind the last one the end of the request.
 */
static bool write_record(int fd, int id, struct str head, struct str body, bool last)
{
	uint8_t header[FCGI_HEADER_BYTES], end[FCGI_END_BYTES];
	struct iovec pieces[] = {
		{ header, sizeof header },
		{ (void *)(uintptr_t)head.ptr, head.len },
		{ (void *)(uintptr_t)body.ptr, body.len },
		{ end, sizeof end },
	};

	fcgi_header(header, FCGI_STDOUT, (uint16_t)id, head.len + body.len);
	fcgi_end(end, (uint16_t)id);
	return write_all(fd, pieces, last ? 4 : 3);
}

static void write_reply(int fd, int id, struct str head, struct str body)
{
	bool there = true;
	bool last = false;

	while (there && !last) {
		size_t room = FCGI_RECORD_MAX - head.len;
		struct str part = { body.ptr, body.len < room ? body.len : room };
		body = str_from_at(body, part.len);
		last = body.len == 0;
		there = write_record(fd, id, head, part, last);
		head = STR("");
	}
}

/* The same where the body is a file, in pieces. */
static void write_file(int fd, int id, struct str head, struct reply *reply)
{
	char piece[16384];
	size_t n = 0;
	bool there = true;

	do {
		n = reply_file_read(reply, piece, sizeof piece);
		there = write_record(fd, id, head, (struct str){ piece, n }, n == 0);
		head = STR("");
	} while (there && n);
}

/* What of the request nobody read: closing over it would take the answer away with it. */
static void drain(FCGX_Request *fcgi)
{
	char waste[4096];

	while (FCGX_GetStr(waste, sizeof waste, fcgi->in) > 0) {
	}
}

static void answer(FCGX_Request *fcgi, gateway_handler handler, void *arg)
{
	void *mem = die_if_null(talloc_new(NULL));
	struct request request = { .read = read_body, .read_arg = fcgi->in };
	struct reply reply;
	struct buf head;

	request_init(&request, mem, get_param, fcgi->envp);
	reply_init(&reply, mem);
	handler(arg, &request, &reply);
	buf_init(&head, mem, REPLY_HEAD_MAX_BYTES);
	reply_head(&reply, &head);
	drain(fcgi);
	if (reply.has_file && !reply.sendfile.ptr) {
		write_file(fcgi->ipcFd, fcgi->requestId, buf_str(&head), &reply);
	} else {
		write_reply(fcgi->ipcFd, fcgi->requestId, buf_str(&head),
			    buf_str(&reply.body));
	}
	reply_finish(&reply);
	close(fcgi->ipcFd);
	FCGX_Free(fcgi, 0);
	fcgi->ipcFd = -1;
	talloc_free(mem);
}

void gateway_fcgi_serve(gateway_handler handler, void *arg)
{
	FCGX_Request fcgi;

	if (FCGX_Init() || FCGX_InitRequest(&fcgi, 0, 0)) {
		die("libfcgi can't start");
	}
	/* After SIGTERM, for which libfcgi has a handler of its own, accepting fails. */
	while (FCGX_Accept_r(&fcgi) >= 0) {
		answer(&fcgi, handler, arg);
	}
}
