/* test_request.c - a request as the gateways' variables describe it, and its body. */
#include "check.h"

#include "http/request.h"

/* Name and value in turn, ended by NULL. */
static const char *lookup(const char *name, void *arg)
{
	for (const char *const *v = arg; *v; v += 2) {
		if (strcmp(v[0], name) == 0) {
			return v[1];
		}
	}
	return NULL;
}

static struct request make(void **state, bool cgi, const char *const *variables)
{
	struct request r = { .cgi = cgi };
	request_init(&r, *state, lookup, (void *)(uintptr_t)variables);
	return r;
}

#define REQUEST(state, cgi, ...) \
	make(state, cgi, (const char *const[]){ __VA_ARGS__, NULL })
#define WITH(state, ...) REQUEST(state, false, __VA_ARGS__)

static void an_empty_environment_is_a_request_of_nothing(void **state)
{
	struct request r = make(state, false, (const char *const[]){ NULL });

	assert_int_equal(r.method, METHOD_OTHER);
	assert_int_equal(r.path.len, 0);
	assert_int_equal(r.content_length, -1);
	assert_null(r.cookie.ptr);
	assert_false(r.https);
	assert_null(request_bearer(&r).ptr);
	assert_null(request_cookie(&r, STR("palabre")).ptr);
	assert_false(request_is_json(&r));
	assert_false(request_is_cross_site(&r));
}

static void get_and_post_are_the_only_methods(void **state)
{
	static const char *const others[] = { "PUT",  "DELETE", "HEAD",  "get",
					      "Post", "",       "POSTS", "GE" };

	assert_int_equal(WITH(state, "REQUEST_METHOD", "GET").method, METHOD_GET);
	assert_int_equal(WITH(state, "REQUEST_METHOD", "POST").method, METHOD_POST);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		assert_int_equal(WITH(state, "REQUEST_METHOD", others[i]).method,
				 METHOD_OTHER);
	}
}

static void the_path_begins_below_the_base(void **state)
{
	struct request r;

	r = WITH(state, "SCRIPT_NAME", "/api/v1/rooms");
	assert_str(r.path, "api/v1/rooms");
	r = WITH(state, "SCRIPT_NAME", "/chat/api/v1/", "PATH_INFO", "rooms/7");
	assert_str(r.path, "api/v1/rooms/7");
	r = WITH(state, "SCRIPT_NAME", "", "PATH_INFO", "/a/b/stream/events");
	assert_str(r.path, "stream/events");
	r = WITH(state, "SCRIPT_NAME", "/palabre.fcgi", "PATH_INFO", "/api/v1/me");
	assert_str(r.path, "api/v1/me");
	r = WITH(state, "SCRIPT_NAME", "/elsewhere");
	assert_str(r.path, "elsewhere");
	r = WITH(state, "SCRIPT_NAME", "/", "QUERY_STRING", "a=/api/v1/b");
	assert_str(r.path, "");
	assert_str(r.query, "a=/api/v1/b");
}

static void under_cgi_the_path_is_behind_the_program(void **state)
{
	struct request r;

	r = REQUEST(state, true, "SCRIPT_NAME", "/cgi-bin/palabre.cgi", "PATH_INFO",
		    "/api/v1/rooms/7");
	assert_str(r.path, "api/v1/rooms/7");
	r = REQUEST(state, true, "SCRIPT_NAME", "/api/v1/palabre.cgi", "PATH_INFO",
		    "/stream/events");
	assert_str(r.path, "stream/events");
	r = REQUEST(state, true, "SCRIPT_NAME", "/cgi-bin/palabre.cgi");
	assert_int_equal(r.path.len, 0);
}

static void a_length_is_a_number_or_not_said(void **state)
{
	assert_int_equal(WITH(state, "CONTENT_LENGTH", "12").content_length, 12);
	assert_int_equal(WITH(state, "CONTENT_LENGTH", "").content_length, -1);
	assert_int_equal(WITH(state, "CONTENT_LENGTH", "-5").content_length, -1);
	assert_int_equal(WITH(state, "CONTENT_LENGTH", "1e3").content_length, -1);
	assert_int_equal(
		WITH(state, "CONTENT_LENGTH", "99999999999999999999").content_length, -1);
}

static void https_is_on_unless_it_says_off(void **state)
{
	assert_true(WITH(state, "HTTPS", "on").https);
	assert_true(WITH(state, "HTTPS", "1").https);
	assert_false(WITH(state, "HTTPS", "off").https);
	assert_false(WITH(state, "HTTPS", "OFF").https);
	assert_false(WITH(state, "HTTPS", "").https);
}

static void the_address_is_that_of_the_connection(void **state)
{
	struct request r =
		WITH(state, "HTTP_X_FORWARDED_FOR", "10.0.0.1", "HTTP_FORWARDED",
		     "for=10.0.0.1", "REMOTE_ADDR", "192.0.2.7");
	assert_str(r.address, "192.0.2.7");
}

static void cookies_are_found_by_their_whole_name(void **state)
{
	struct request r = WITH(state, "HTTP_COOKIE",
				"xpalabre=1; palabrex=2;palabre=abc=; palabre=second; p");

	assert_str(request_cookie(&r, STR("palabre")), "abc=");
	assert_str(request_cookie(&r, STR("xpalabre")), "1");
	assert_null(request_cookie(&r, STR("p")).ptr);
	assert_null(request_cookie(&r, STR("Palabre")).ptr);
	assert_null(request_cookie(&r, STR("")).ptr);
	r = WITH(state, "HTTP_COOKIE", "palabre=");
	assert_str(request_cookie(&r, STR("palabre")), "");
	r = WITH(state, "HTTP_COOKIE", ";;; ;palabre=x;");
	assert_str(request_cookie(&r, STR("palabre")), "x");
}

static void a_bearer_token_follows_its_scheme(void **state)
{
	struct request r;

	r = WITH(state, "HTTP_AUTHORIZATION", "Bearer abc");
	assert_str(request_bearer(&r), "abc");
	r = WITH(state, "HTTP_AUTHORIZATION", "bEARER   abc ");
	assert_str(request_bearer(&r), "abc");
	static const char *const none[] = { "",          "Bearer", "Basic abc",
					    "Bearerabc", "abc",    " Bearer abc" };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		r = WITH(state, "HTTP_AUTHORIZATION", none[i]);
		assert_null(request_bearer(&r).ptr);
	}
}

static void a_token_is_that_of_bearer_or_else_of_the_cookie(void **state)
{
	struct request r;
	bool by_cookie;

	r = WITH(state, "HTTP_COOKIE", "__Host-palabre=far; palabre=near");
	assert_str(request_token(&r, &by_cookie), "near");
	assert_true(by_cookie);
	assert_str(request_token(&r, NULL), "near");
	r = WITH(state, "HTTP_COOKIE", "__Host-palabre=far; palabre=near", "HTTPS", "on");
	assert_str(request_token(&r, &by_cookie), "far");
	r = WITH(state, "HTTP_COOKIE", "palabre=near", "HTTPS", "on");
	assert_null(request_token(&r, &by_cookie).ptr);
	assert_true(by_cookie);
	r = WITH(state, "HTTP_COOKIE", "palabre=near", "HTTP_AUTHORIZATION",
		 "Bearer abc");
	assert_str(request_token(&r, &by_cookie), "abc");
	assert_false(by_cookie);
}

static void json_is_said_by_its_media_type(void **state)
{
	static const char *const yes[] = { "application/json",
					   "Application/JSON; charset=utf-8",
					   "application/json ;x=y" };
	static const char *const no[] = { "",
					  "text/plain",
					  "application/json+x",
					  "text/json",
					  "application/jso",
					  "x; application/json",
					  "application/json,text/plain" };
	struct request r;

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		r = WITH(state, "CONTENT_TYPE", yes[i]);
		assert_true(request_is_json(&r));
	}
	for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
		r = WITH(state, "CONTENT_TYPE", no[i]);
		assert_false(request_is_json(&r));
	}
}

static void sites_are_told_apart(void **state)
{
	static const struct {
		const char *fetch, *origin, *host;
		bool cross;
	} cases[] = {
		/* The browser says it. */
		{ "same-origin", NULL, "a.example", false },
		{ "none", NULL, "a.example", false },
		{ "same-site", NULL, "a.example", true },
		{ "cross-site", NULL, "a.example", true },
		{ "nonsense", NULL, "a.example", true },
		{ "SAME-ORIGIN", NULL, "a.example", true },
		/* It counts more than Origin. */
		{ "same-origin", "https://b.example", "a.example", false },
		{ "cross-site", "https://a.example", "a.example", true },
		/* Older browsers. */
		{ NULL, "https://a.example", "a.example", false },
		{ "", "https://a.example", "a.example", false },
		{ NULL, "http://A.Example:8080", "a.example:8080", false },
		{ NULL, "http://[::1]:8080", "[::1]:8080", false },
		{ NULL, "https://a.example", "a.example:8080", true },
		{ NULL, "https://a.example:8080", "a.example", true },
		{ NULL, "https://b.example", "a.example", true },
		{ NULL, "https://a.example.b.example", "a.example", true },
		{ NULL, "https://x@a.example", "a.example", true },
		{ NULL, "https://a.example/", "a.example", true },
		{ NULL, "null", "a.example", true },
		{ NULL, "a.example", "a.example", true },
		{ NULL, "https://a.example", NULL, true },
		{ NULL, "https://", NULL, true },
		/* Not a browser. */
		{ NULL, NULL, "a.example", false },
		{ NULL, "", "a.example", false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request r = {
			.sec_fetch_site = str_from(cases[i].fetch),
			.origin = str_from(cases[i].origin),
			.host = str_from(cases[i].host),
		};
		if (request_is_cross_site(&r) != cases[i].cross) {
			fail_msg("case %zu", i);
		}
	}
	(void)state;
}

/* Gives a body in pieces of at most step bytes; breaks off after what it has. */
struct source {
	struct str left;
	size_t step;
	bool breaks;
	size_t asked;
};

static ssize_t read_source(void *arg, char *out, size_t len)
{
	struct source *s = arg;
	size_t n = s->left.len < len ? s->left.len : len;

	s->asked++;
	if (n == 0 && s->breaks) {
		return -1;
	}
	n = n < s->step ? n : s->step;
	memcpy(out, s->left.ptr, n);
	s->left = str_from_at(s->left, n);
	return (ssize_t)n;
}

static enum result read_body(void **state, struct source *s, int64_t said, size_t max,
			     struct str *body)
{
	struct request r = {
		.mem = *state, .content_length = said, .read = read_source, .read_arg = s
	};
	return request_body(&r, max, body);
}

static struct str letters(void *mem, size_t n)
{
	char *text = talloc_array(mem, char, (unsigned)n + 1);
	for (size_t i = 0; i < n; i++) {
		text[i] = (char)('a' + i % 26);
	}
	text[n] = '\0';
	return (struct str){ text, n };
}

static void a_body_is_read_in_whatever_pieces_it_comes(void **state)
{
	static const size_t steps[] = { 1, 7, 4096, 100000 };
	struct str whole = letters(*state, 10000);
	struct str body;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct source s = { whole, steps[i], false, 0 };
		assert_int_equal(read_body(state, &s, 10000, 10000, &body), OK);
		assert_true(str_eq(body, whole));
		s = (struct source){ whole, steps[i], false, 0 };
		assert_int_equal(read_body(state, &s, -1, 10000, &body), OK);
		assert_true(str_eq(body, whole));
	}
}

static void a_body_ends_at_the_length_that_was_said(void **state)
{
	struct source s = { STR("abcdef"), 100, false, 0 };
	struct str body;

	assert_int_equal(read_body(state, &s, 3, 100, &body), OK);
	assert_str(body, "abc");
	assert_str(s.left, "def");
	s = (struct source){ STR("abcdef"), 100, false, 0 };
	assert_int_equal(read_body(state, &s, 0, 100, &body), OK);
	assert_str(body, "");
	assert_int_equal(s.asked, 0);
}

static void a_body_too_large_is_not_read(void **state)
{
	struct source s = { STR("abcdef"), 100, false, 0 };
	struct str body;

	assert_int_equal(read_body(state, &s, 6, 5, &body), E_TOO_LARGE);
	assert_int_equal(s.asked, 0);
	assert_int_equal(read_body(state, &s, INT64_MAX, 5, &body), E_TOO_LARGE);
	assert_int_equal(read_body(state, &s, 6, 6, &body), OK);
}

static void without_a_length_reading_stops_past_the_limit(void **state)
{
	struct str whole = letters(*state, 100000);
	struct source s = { whole, 1000, false, 0 };
	struct str body;

	assert_int_equal(read_body(state, &s, -1, 5000, &body), E_TOO_LARGE);
	assert_true(s.left.len >= 100000 - 5001);
	s = (struct source){ { whole.ptr, 5000 }, 1000, false, 0 };
	assert_int_equal(read_body(state, &s, -1, 5000, &body), OK);
	assert_int_equal(body.len, 5000);
	s = (struct source){ { whole.ptr, 5001 }, 1000, false, 0 };
	assert_int_equal(read_body(state, &s, -1, 5000, &body), E_TOO_LARGE);
}

static void a_client_that_goes_away_is_noticed(void **state)
{
	struct source s = { STR("abc"), 100, false, 0 };
	struct str body;

	assert_int_equal(read_body(state, &s, 6, 100, &body), E_INVALID);
	s = (struct source){ STR("abc"), 100, true, 0 };
	assert_int_equal(read_body(state, &s, 6, 100, &body), E_INVALID);
	s = (struct source){ STR("abc"), 100, true, 0 };
	assert_int_equal(read_body(state, &s, -1, 100, &body), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(an_empty_environment_is_a_request_of_nothing),
		WITH_MEM(get_and_post_are_the_only_methods),
		WITH_MEM(the_path_begins_below_the_base),
		WITH_MEM(under_cgi_the_path_is_behind_the_program),
		WITH_MEM(a_length_is_a_number_or_not_said),
		WITH_MEM(https_is_on_unless_it_says_off),
		WITH_MEM(the_address_is_that_of_the_connection),
		WITH_MEM(cookies_are_found_by_their_whole_name),
		WITH_MEM(a_bearer_token_follows_its_scheme),
		WITH_MEM(a_token_is_that_of_bearer_or_else_of_the_cookie),
		WITH_MEM(json_is_said_by_its_media_type),
		cmocka_unit_test(sites_are_told_apart),
		WITH_MEM(a_body_is_read_in_whatever_pieces_it_comes),
		WITH_MEM(a_body_ends_at_the_length_that_was_said),
		WITH_MEM(a_body_too_large_is_not_read),
		WITH_MEM(without_a_length_reading_stops_past_the_limit),
		WITH_MEM(a_client_that_goes_away_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
