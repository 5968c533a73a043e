/* status.c - what this server is, for clients and for whoever watches it. */
#include "api/handlers.h"
#include "queries.h"

#define PROTOCOL_VERSION 1

enum result api_status(struct call *c)
{
	struct json *j = &c->reply->json;
	struct row_log_state *log;
	size_t n;

	enum result r = q_log_state(c->chat->db, c->req->mem, &log, &n);
	if (r != OK || n == 0) {
		return r == OK ? E_UNAVAILABLE : r;
	}
	json_open_object(j);
	json_put_str(j, "version", STR(PALABRE_VERSION));
	json_put_int(j, "protocol", PROTOCOL_VERSION);
	json_put_str(j, "epoch", log->epoch);
	json_put_time(j, "time", log->now);
	json_key(j, "transports");
	json_open_array(j);
	if (!c->req->cgi) {
		json_add_str(j, STR("sse"));
		json_add_str(j, STR("long-poll"));
	}
	json_add_str(j, STR("poll"));
	json_close_array(j);
	/* So that a page need not ask for what would be refused. */
	json_put_bool(j, "signed_in", c->chat->user != 0);
	json_close_object(j);
	return OK;
}
