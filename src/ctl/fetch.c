/* fetch.c - one HTTP request at a time, by libcurl. */
#include "ctl/fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <talloc.h>

#include "base/clock.h"
#include "base/die.h"

#define HEAD_MAX 65536
#define CONNECT_TIMEOUT_MS 10000L

struct fetcher {
	CURL *curl;
	const char *base;
};

struct fetcher *fetcher_create(const void *mem, const char *base)
{
	struct str url = str_from(base);

	if (!str_starts(url, STR("http://")) && !str_starts(url, STR("https://"))) {
		return NULL;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		die("libcurl can't be set up");
	}
	struct fetcher *f = die_if_null(talloc_zero(mem, struct fetcher));
	f->curl = die_if_null(curl_easy_init());
	f->base = url.ptr[url.len - 1] == '/' ? base : str_printf(f, "%s/", base).ptr;
	return f;
}

void fetcher_destroy(struct fetcher *f)
{
	if (f) {
		curl_easy_cleanup(f->curl);
		talloc_free(f);
	}
}

static size_t take_text(char *bytes, size_t size, size_t n, void *arg)
{
	struct fetch *x = arg;

	buf_add(&x->text, bytes, size * n);
	/* Fewer than came: libcurl ends the transfer. */
	return x->more && !x->more(x->arg, buf_str(&x->text)) ? 0 : size * n;
}

static size_t take_head(char *bytes, size_t size, size_t n, void *arg)
{
	struct fetch *x = arg;

	buf_add(&x->head, bytes, size * n);
	return size * n;
}

static struct curl_slist *header_list(const struct fetch *x, const void *mem)
{
	struct curl_slist *list = NULL;

	if (x->body) {
		list = curl_slist_append(list, "Content-Type: application/json");
	}
	if (x->token) {
		list = curl_slist_append(
			list, str_printf(mem, "Authorization: Bearer %s", x->token).ptr);
	}
	return list;
}

static const char *version_name(CURL *curl)
{
	long version = 0;

	curl_easy_getinfo(curl, CURLINFO_HTTP_VERSION, &version);
	switch (version) {
	case CURL_HTTP_VERSION_1_0:
		return "HTTP/1.0";
	case CURL_HTTP_VERSION_2_0:
		return "HTTP/2";
	case CURL_HTTP_VERSION_3:
		return "HTTP/3";
	default:
		return "HTTP/1.1";
	}
}

void fetch_run(struct fetcher *f, struct fetch *x)
{
	CURL *curl = f->curl;
	const char *url = str_printf(f, "%s%s", f->base, x->path).ptr;
	struct curl_slist *headers = header_list(x, f);
	long status = 0;

	buf_init(&x->text, f, FETCH_TEXT_MAX);
	buf_init(&x->head, f, HEAD_MAX);
	x->error[0] = '\0';
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)x->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, x->error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_text);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
	if (x->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, x->body);
	}
	if (x->method) {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, x->method);
	}
	int64_t start = clock_monotonic_ms();
	CURLcode code = curl_easy_perform(curl);
	x->took_ms = clock_monotonic_ms() - start;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	x->status = status;
	x->http = version_name(curl);
	x->timed_out = code == CURLE_OPERATION_TIMEDOUT;
	if (code == CURLE_OK || code == CURLE_WRITE_ERROR) {
		/* A write error is our own: no more was wanted. */
		x->error[0] = '\0';
	} else if (!x->error[0]) {
		snprintf(x->error, sizeof x->error, "%s", curl_easy_strerror(code));
	}
	curl_slist_free_all(headers);
}

struct str fetch_header(const struct fetch *x, const char *name)
{
	struct str rest = buf_str(&x->head);

	while (rest.ptr) {
		struct str line = str_split(&rest, '\n');
		size_t colon = str_index(line, ':');
		if (line.len && line.ptr[line.len - 1] == '\r') {
			line.len--;
		}
		if (colon < line.len &&
		    str_eq_nocase((struct str){ line.ptr, colon }, str_from(name))) {
			return str_trim(str_from_at(line, colon + 1));
		}
	}
	return STR("");
}
