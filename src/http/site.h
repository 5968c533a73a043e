/* site.h - the page's own files, where no web server can be told to serve them. */
#ifndef PALABRE_HTTP_SITE_H
#define PALABRE_HTTP_SITE_H

#include <stdbool.h>

#include "http/reply.h"
#include "http/request.h"

/*
 * Under plain CGI, the files that conf/publish put into dir (NULL: none) are served below
 * the program's own address. False where the request is for none of them: it is the
 * API's.
 */
bool site_serve(const char *dir, const struct request *req, struct reply *reply);

#endif
