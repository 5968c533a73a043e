/* test_site.c - the page's files as plain CGI serves them, and nothing but those. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/site.h"

/* What is in the directory; the last two must never be served. */
static const char *const files[] = { "index.html",     "sw.js",        "v/0a/js/main.js",
				     "api/index.html", ".hidden.html", "secret" };

static char dir[] = "/tmp/palabre-site-XXXXXX";

static void put(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	for (char *at = strchr(path + sizeof dir, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(name, f);
	fclose(f);
}

static int make_site(void **state)
{
	char link[256];

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		put(files[i]);
	}
	snprintf(link, sizeof link, "%s/link.js", dir);
	return symlink("/etc/passwd", link);
}

static int remove_site(void **state)
{
	static const char *const rest[] = {
		"link.js", "v/0a/js", "v/0a", "v", "api", ""
	};
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, files[i]);
		remove(path);
	}
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, rest[i]);
		remove(path);
	}
	return 0;
}

struct answer {
	bool ours;
	struct reply reply;
};

static struct answer ask_as(void **state, struct request req)
{
	struct answer a;

	req.mem = *state;
	reply_init(&a.reply, *state);
	a.ours = site_serve(dir, &req, &a.reply);
	return a;
}

static struct answer ask(void **state, const char *path)
{
	return ask_as(state, (struct request){ .cgi = true, .path = str_from(path) });
}

static void check_sent(void **state, const char *path, const char *name, const char *type)
{
	struct answer a = ask(state, path);
	char got[64] = "";

	assert_true(a.ours);
	assert_int_equal(a.reply.status, 200);
	assert_str(a.reply.content_type, type);
	size_t n = reply_file_read(&a.reply, got, sizeof got - 1);
	got[n] = '\0';
	assert_string_equal(got, name);
	reply_finish(&a.reply);
}

static void the_pages_files_are_sent_by_their_type(void **state)
{
	check_sent(state, "", "index.html", "text/html; charset=utf-8");
	check_sent(state, "index.html", "index.html", "text/html; charset=utf-8");
	check_sent(state, "api/", "api/index.html", "text/html; charset=utf-8");
	check_sent(state, "sw.js", "sw.js", "text/javascript; charset=utf-8");
	check_sent(state, "v/0a/js/main.js", "v/0a/js/main.js",
		   "text/javascript; charset=utf-8");
}

static void what_has_a_version_may_be_kept_for_ever(void **state)
{
	struct answer page = ask(state, "");
	struct answer script = ask(state, "v/0a/js/main.js");

	assert_str(page.reply.cache_control, "no-cache");
	assert_str(script.reply.cache_control, "public, max-age=31536000, immutable");
	reply_finish(&page.reply);
	reply_finish(&script.reply);
}

static void nothing_else_is_ours(void **state)
{
	static const char *const others[] = {
		"api/v1/status",   "stream/poll",
		"secret",          ".hidden.html",
		"nothing.html",    "v",
		"v/0a/js",         "v/",
		"link.js",         "../index.html",
		"v/../index.html", "v//0a/js/main.js",
		"/index.html",     "index.html/",
		"./index.html",    "v/0a/js/main.js/",
		"index%2ehtml",    "index.html\n",
		"api/v1/x.js",     "INDEX.HTML",
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct answer a = ask(state, others[i]);
		if (a.ours) {
			fail_msg("%s was served", others[i]);
		}
	}
	struct str cut = { "index.html\0.js", 14 };
	assert_false(ask_as(state, (struct request){ .cgi = true, .path = cut }).ours);
}

static void only_a_get_under_cgi_and_with_a_directory(void **state)
{
	struct request post = { .cgi = true, .method = METHOD_POST };
	struct request other = { .cgi = true, .method = METHOD_OTHER };
	struct request fcgi = { .cgi = false };
	struct reply reply;

	assert_false(ask_as(state, post).ours);
	assert_false(ask_as(state, other).ours);
	assert_false(ask_as(state, fcgi).ours);
	reply_init(&reply, *state);
	assert_false(site_serve(NULL, &(struct request){ .cgi = true }, &reply));
}

static void what_did_not_change_is_not_sent_again(void **state)
{
	struct answer a = ask(state, "");
	struct str head = buf_str(&a.reply.headers);
	char *at = memmem(head.ptr, head.len, "ETag: ", 6);

	assert_non_null(at);
	struct str tag = str_from_at(head, (size_t)(at - head.ptr) + 6);
	tag.len = str_index(tag, '\r');
	reply_finish(&a.reply);
	a = ask_as(state, (struct request){ .cgi = true, .if_none_match = tag });
	assert_int_equal(a.reply.status, 304);
	assert_false(a.reply.has_file);
}

static void without_the_last_slash_the_browser_is_sent_to_it(void **state)
{
	static const char *const scripts[] = { "/cgi-bin/palabre.cgi",
					       "//evil/palabre.cgi", "palabre.cgi" };

	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		struct answer a = ask_as(state, (struct request){
							.cgi = true,
							.no_path = true,
							.script = str_from(scripts[i]),
						});
		assert_int_equal(a.reply.status, 301);
		assert_str(buf_str(&a.reply.headers), "Location: ./palabre.cgi/\r\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(the_pages_files_are_sent_by_their_type),
		WITH_MEM(what_has_a_version_may_be_kept_for_ever),
		WITH_MEM(nothing_else_is_ours),
		WITH_MEM(only_a_get_under_cgi_and_with_a_directory),
		WITH_MEM(what_did_not_change_is_not_sent_again),
		WITH_MEM(without_the_last_slash_the_browser_is_sent_to_it),
	};

	return cmocka_run_group_tests(tests, make_site, remove_site);
}
