/* gateway.h - the two ways a request reaches us: FastCGI and plain CGI. */
#ifndef PALABRE_HTTP_GATEWAY_H
#define PALABRE_HTTP_GATEWAY_H

#include "http/reply.h"
#include "http/request.h"

/* Answers one request; never fails, since a failure is an answer. */
typedef void (*gateway_handler)(void *arg, struct request *request, struct reply *reply);

/* Is file descriptor 0 a listening socket, as a FastCGI program is given? */
bool gateway_is_fastcgi(void);

/* Accepts and answers requests, one at a time, until SIGTERM. */
void gateway_fcgi_serve(gateway_handler handler, void *arg);

/*
 * Answers the one request of the CGI environment (RFC 3875) on standard output. False
 * where there is none: the program was started by hand.
 */
bool gateway_cgi_serve(gateway_handler handler, void *arg);

#endif
