/* dispatch.h - from a request to its reply. */
#ifndef PALABRE_API_DISPATCH_H
#define PALABRE_API_DISPATCH_H

#include "api/app.h"
#include "http/reply.h"
#include "http/request.h"

/*
 * Finds the route, checks verb, session, origin and fields in the order of PROTOCOL §1,
 * runs the handler and wakes the hub where the log grew. reply is initialised by the
 * caller and complete afterwards, whatever came in.
 */
void api_serve(const struct app *app, struct request *req, struct reply *reply);

#endif
