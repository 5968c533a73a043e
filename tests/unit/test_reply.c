/* test_reply.c - what is sent back: the head, and the one shape of errors. */
#include "check.h"

#include "http/reply.h"

static struct reply *fresh(void **state)
{
	struct reply *r = talloc(*state, struct reply);
	reply_init(r, *state);
	return r;
}

static struct str head_of(void **state, const struct reply *r)
{
	struct buf *b = talloc(*state, struct buf);
	buf_init(b, *state, 65536);
	reply_head(r, b);
	return buf_str(b);
}

static bool holds(struct str text, const char *piece)
{
	return memmem(text.ptr, text.len, piece, strlen(piece)) != NULL;
}

/* The values of all header lines of that name count n. */
static void check_count(struct str head, const char *name, size_t n)
{
	size_t found = 0;

	while (head.ptr) {
		struct str line = str_split(&head, '\n');
		found += str_starts(line, str_from(name));
	}
	assert_int_equal(found, n);
}

static void a_plain_reply_has_the_fixed_headers(void **state)
{
	struct reply *r = fresh(state);

	json_open_object(&r->json);
	json_close_object(&r->json);
	struct str head = head_of(state, r);
	assert_true(str_starts(head, STR("Status: 200 OK\r\n")));
	assert_true(holds(head, "\r\nContent-Type: application/json\r\n"));
	assert_true(holds(head, "\r\nCache-Control: private, no-store\r\n"));
	assert_true(holds(head, "\r\nContent-Length: 2\r\n"));
	assert_true(holds(head, "\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_memory_equal(head.ptr + head.len - 4, "\r\n\r\n", 4);
	assert_str(buf_str(&r->body), "{}");
}

static void headers_are_added_as_they_are(void **state)
{
	struct reply *r = fresh(state);

	assert_true(reply_header(r, "Set-Cookie", STR("a=b; Path=/")));
	assert_true(reply_header(r, "Empty", STR("")));
	assert_true(reply_header(r, "Name", STR("caf\xc3\xa9")));
	struct str head = head_of(state, r);
	assert_true(holds(head, "\r\nSet-Cookie: a=b; Path=/\r\n"));
	assert_true(holds(head, "\r\nEmpty: \r\n"));
}

static void no_value_makes_a_header_of_its_own(void **state)
{
	for (int c = 0; c < 0x80; c++) {
		struct reply *r = fresh(state);
		char text[] = "a?b";
		text[1] = (char)c;
		bool taken = reply_header(r, "X", (struct str){ text, 3 });
		assert_int_equal(taken, c >= 0x20 && c != 0x7f);
		assert_int_equal(r->headers.len, taken ? 8 : 0);
	}
	struct reply *r = fresh(state);
	assert_false(reply_header(r, "X", STR("a\r\nSet-Cookie: evil=1")));
	assert_false(holds(head_of(state, r), "evil"));
}

static void headers_have_a_ceiling(void **state)
{
	struct reply *r = fresh(state);
	char *text = talloc_zero_array(*state, char, 20000);

	memset(text, 'x', 19999);
	assert_false(reply_header(r, "X", str_from(text)));
	assert_true(reply_header(r, "Y", STR("z")));
	check_count(head_of(state, r), "X:", 0);
}

static void an_error_is_the_error_object(void **state)
{
	struct fault f = { .code = "room_not_found",
			   .message = "No such room.",
			   .field = "ro\"om" };
	struct reply *r = fresh(state);

	reply_error(r, E_NOT_FOUND, &f);
	assert_int_equal(r->status, 404);
	assert_str(buf_str(&r->body),
		   "{\"error\":{\"code\":\"room_not_found\",\"message\":"
		   "\"No such room.\",\"field\":\"ro\\\"om\"}}");
}

static void an_error_takes_the_place_of_what_was_written(void **state)
{
	struct reply *r = fresh(state);

	r->content_type = STR("image/png");
	r->cache_control = STR("private, max-age=9");
	json_open_object(&r->json);
	json_put_str(&r->json, "half", STR("done"));
	reply_error(r, E_INTERNAL, NULL);
	assert_str(buf_str(&r->body), "{\"error\":{\"code\":\"internal\",\"message\":"
				      "\"The server made a mistake.\"}}");
	assert_str(r->content_type, "application/json");
	assert_str(r->cache_control, "private, no-store");
	assert_true(holds(head_of(state, r), "Status: 500 "));
}

static void an_error_fits_where_the_reply_did_not(void **state)
{
	struct reply *r = fresh(state);
	char *text = talloc_zero_array(*state, char, REPLY_MAX_BYTES + 2);

	memset(text, 'x', REPLY_MAX_BYTES + 1);
	json_add_str(&r->json, str_from(text));
	assert_true(r->body.full);
	reply_error(r, E_INTERNAL, NULL);
	assert_false(r->body.full);
	assert_true(str_starts(buf_str(&r->body), STR("{\"error\":{")));
}

static void every_result_has_its_status_and_code(void **state)
{
	static const int statuses[] = {
		[E_INVALID] = 400,     [E_FIELD] = 422,     [E_AUTH] = 401,
		[E_FORBIDDEN] = 403,   [E_NOT_FOUND] = 404, [E_CONFLICT] = 409,
		[E_TOO_LARGE] = 413,   [E_MEDIA] = 415,     [E_BUSY] = 429,
		[E_UNAVAILABLE] = 503, [E_FULL] = 507,      [E_INTERNAL] = 500,
		[E_RETRY] = 503,       [E_DUPLICATE] = 409, [E_UNKNOWN] = 503,
	};

	for (size_t i = E_INVALID; i < sizeof statuses / sizeof *statuses; i++) {
		struct reply *r = fresh(state);
		reply_error(r, (enum result)i, NULL);
		assert_int_equal(r->status, statuses[i]);
		assert_true(
			str_starts(buf_str(&r->body), STR("{\"error\":{\"code\":\"")));
		assert_false(holds(head_of(state, r), "Unknown"));
		check_count(head_of(state, r),
			    "Retry-After:", r->status == 429 || r->status == 503);
	}
}

static void retry_after_is_in_seconds_and_at_least_one(void **state)
{
	struct fault f = { .retry_after = 17 };
	struct reply *r = fresh(state);

	reply_error(r, E_BUSY, &f);
	assert_true(holds(head_of(state, r), "\r\nRetry-After: 17\r\n"));
	r = fresh(state);
	reply_error(r, E_UNAVAILABLE, NULL);
	assert_true(holds(head_of(state, r), "\r\nRetry-After: 1\r\n"));
}

static void a_status_may_be_given_that_no_result_stands_for(void **state)
{
	struct fault f = { .code = "wrong_method", .message = "Use GET." };
	struct reply *r = fresh(state);

	reply_header(r, "Set-Cookie", STR("of the reply that is not sent"));
	reply_error_status(r, 405, &f);
	reply_header(r, "Allow", STR("GET"));
	struct str head = head_of(state, r);
	assert_true(str_starts(head, STR("Status: 405 Method Not Allowed\r\n")));
	check_count(head, "Allow: GET", 1);
	check_count(head, "Set-Cookie", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(a_plain_reply_has_the_fixed_headers),
		WITH_MEM(headers_are_added_as_they_are),
		WITH_MEM(no_value_makes_a_header_of_its_own),
		WITH_MEM(headers_have_a_ceiling),
		WITH_MEM(an_error_is_the_error_object),
		WITH_MEM(an_error_takes_the_place_of_what_was_written),
		WITH_MEM(an_error_fits_where_the_reply_did_not),
		WITH_MEM(every_result_has_its_status_and_code),
		WITH_MEM(retry_after_is_in_seconds_and_at_least_one),
		WITH_MEM(a_status_may_be_given_that_no_result_stands_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
