/* gateway_fcgi.c - requests over FastCGI, by libfcgi: one at a time. */
#include <fcgiapp.h>
#include <talloc.h>

#include "base/die.h"
#include "http/gateway.h"

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

static void answer(FCGX_Request *fcgi, gateway_handler handler, void *arg)
{
	void *mem = die_if_null(talloc_new(NULL));
	struct request request = { .read = read_body, .read_arg = fcgi->in };
	struct reply reply;
	struct buf head;

	request_init(&request, mem, get_param, fcgi->envp);
	reply_init(&reply, mem);
	handler(arg, &request, &reply);
	buf_init(&head, mem, 65536);
	reply_head(&reply, &head);
	FCGX_PutStr(head.ptr, (int)head.len, fcgi->out);
	FCGX_PutStr(buf_str(&reply.body).ptr, (int)reply.body.len, fcgi->out);
	FCGX_Finish_r(fcgi);
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
