/* request.h - one HTTP request, whatever gateway it came through. */
#ifndef PALABRE_HTTP_REQUEST_H
#define PALABRE_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/result.h"
#include "base/str.h"

enum method {
	METHOD_GET,
	METHOD_POST,
	METHOD_OTHER, /* answered with 405 */
};

/* A variable of the CGI environment (RFC 3875), NULL where it is not set. */
typedef const char *(*request_getenv)(const char *name, void *arg);

/* Up to len bytes of the body: their number, 0 at its end, -1 when the client is gone. */
typedef ssize_t (*request_reader)(void *arg, char *out, size_t len);

/* All texts live as long as the gateway's environment does: until the reply is sent. */
struct request {
	void *mem; /* everything made for this request hangs on it */
	enum method method;
	struct str path;   /* from "api/v1/" or "stream/" on, no leading slash */
	struct str script; /* SCRIPT_NAME; under CGI the base without its last slash */
	bool no_path;      /* asked for without a slash behind the base */
	struct str query;  /* as sent, without the "?" */
	struct str content_type;
	int64_t content_length; /* -1: not said */
	struct str cookie;
	struct str authorization;
	struct str host;
	struct str origin;
	struct str sec_fetch_site;
	struct str last_event_id;
	struct str user_agent;
	struct str x_palabre;
	struct str range;
	struct str if_none_match;
	struct str if_range;
	struct str address; /* REMOTE_ADDR, never a header (THREATS 24) */
	bool https;
	bool cgi; /* one process a request: nothing may be held open */
	request_reader read;
	void *read_arg;
};

/* Fills r from the environment; the strings are borrowed from it. r->cgi must be set. */
void request_init(struct request *r, void *mem, request_getenv get, void *arg);

/*
 * Reads the whole body onto r->mem. E_TOO_LARGE past max bytes (the rest is left unread),
 * E_INVALID where the client went away before its end.
 */
enum result request_body(const struct request *r, size_t max, struct str *body);

/* The value of the first cookie of that name; STR_NONE without one. */
struct str request_cookie(const struct request *r, struct str name);

/* The token of "Authorization: Bearer TOKEN" (RFC 6750 §2.1); STR_NONE without one. */
struct str request_bearer(const struct request *r);

/*
 * The name of the cookie that signs a browser in: "palabre", or "__Host-palabre" over
 * HTTPS, a name that browsers hold to this very host (RFC 6265bis §4.1.3.2).
 */
struct str request_session_name(const struct request *r);

/* What the browser sent in it; STR_NONE without. */
struct str request_session_cookie(const struct request *r);

/*
 * The token of who asks; STR_NONE without one. Bearer wins over the cookie. *by_cookie
 * (may be NULL): there was no Bearer, so another site's page could have sent it.
 */
struct str request_token(const struct request *r, bool *by_cookie);

/* "application/json", with or without parameters. */
bool request_is_json(const struct request *r);

/*
 * Did another site's page make the browser send this (PROTOCOL §1)? By Sec-Fetch-Site,
 * else by comparing Origin's host with Host. Requests with neither are not from browsers.
 */
bool request_is_cross_site(const struct request *r);

#endif
