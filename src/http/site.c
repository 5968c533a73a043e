/* site.c - the page's own files, where no web server can be told to serve them. */
#include "http/site.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/range.h"

static const struct {
	struct str ending, type;
} types[] = {
	{ STR(".html"), STR("text/html; charset=utf-8") },
	{ STR(".css"), STR("text/css; charset=utf-8") },
	{ STR(".js"), STR("text/javascript; charset=utf-8") },
	{ STR(".json"), STR("application/json") },
	{ STR(".webmanifest"), STR("application/manifest+json") },
	{ STR(".svg"), STR("image/svg+xml") },
	{ STR(".png"), STR("image/png") },
};

/* The same as in conf/lighttpd.conf; a test compares the two. */
static const struct {
	const char *name;
	struct str value;
} headers[] = {
	{ "Content-Security-Policy",
	  STR("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' "
	      "data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
	      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'") },
	{ "Referrer-Policy", STR("same-origin") },
	{ "Permissions-Policy", STR("camera=(), microphone=(), geolocation=()") },
};

static struct str type_of(struct str path)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct str ending = types[i].ending;
		if (path.len > ending.len &&
		    str_eq(str_from_at(path, path.len - ending.len), ending)) {
			return types[i].type;
		}
	}
	return STR_NONE;
}

static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* Segments of plain characters, none of them empty or hidden: there is no way up. */
static bool is_safe(struct str path)
{
	bool start = true;

	for (size_t i = 0; i < path.len; i++) {
		char c = path.ptr[i];
		if (c == '/' ? start : !plain(c) || (start && c == '.')) {
			return false;
		}
		start = c == '/';
	}
	return true;
}

/* A descriptor of the file, or -1 where there is none of that name. */
static int open_file(const char *dir, struct str path, struct stat *st)
{
	char full[PATH_MAX];
	int n = snprintf(full, sizeof full, "%s/" STR_FMT, dir, STR_ARG(path));

	if (n < 0 || (size_t)n >= sizeof full) {
		return -1;
	}
	int fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The page's addresses are relative: they need the slash at the end of the base. */
static void redirect(const struct request *req, struct reply *reply)
{
	struct str name = req->script;
	struct buf to;

	for (size_t at; (at = str_index(name, '/')) < name.len;) {
		name = str_from_at(name, at + 1);
	}
	buf_init(&to, req->mem, PATH_MAX);
	buf_add_lit(&to, "./");
	buf_add_str(&to, name);
	buf_add_lit(&to, "/");
	reply->status = 301;
	reply_header(reply, "Location", buf_str(&to));
}

static void put_headers(struct str path, struct reply *reply)
{
	bool for_ever = str_starts(path, STR("v/"));

	reply->content_type = type_of(path);
	reply->cache_control =
		for_ever ? STR("public, max-age=31536000, immutable") : STR("no-cache");
	for (size_t i = 0; !for_ever && i < sizeof headers / sizeof *headers; i++) {
		reply_header(reply, headers[i].name, headers[i].value);
	}
}

bool site_serve(const char *dir, const struct request *req, struct reply *reply)
{
	struct str path = req->path;
	struct stat st;
	char tag[64];

	if (!req->cgi || !dir || req->method != METHOD_GET) {
		return false;
	}
	if (req->no_path) {
		redirect(req, reply);
		return true;
	}
	if (path.len == 0) {
		path = STR("index.html");
	} else if (str_eq(path, STR("api/"))) {
		path = STR("api/index.html");
	}
	if (!is_safe(path) || !type_of(path).ptr) {
		return false;
	}
	int fd = open_file(dir, path, &st);
	if (fd < 0) {
		return false;
	}
	put_headers(path, reply);
	snprintf(tag, sizeof tag, "\"%llx-%llx%09lx\"", (unsigned long long)st.st_size,
		 (unsigned long long)st.st_mtim.tv_sec,
		 (unsigned long)st.st_mtim.tv_nsec);
	reply_header(reply, "ETag", str_from(tag));
	if (range_tag_listed(req->if_none_match, str_from(tag))) {
		reply->status = 304;
		close(fd);
	} else {
		reply_file(reply, fd, 0, st.st_size);
	}
	return true;
}
