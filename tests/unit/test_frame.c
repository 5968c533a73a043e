/* test_frame.c - pieces of output that are shared. */
#include "check.h"

#include "hub/frame.h"

static struct str text_of(const struct frame *f)
{
	return (struct str){ f->text, f->len };
}

static void an_event_is_sse_text_around_its_json(void **state)
{
	struct frame *f = frame_event(STR("abc.42"), STR("{\"type\":\"x\"}"));

	(void)state;
	assert_str(text_of(f), "id: abc.42\ndata: {\"type\":\"x\"}\n\n");
	assert_str(frame_json(f), "{\"type\":\"x\"}");
	assert_false(f->raw);
	frame_unref(f);
}

static void an_event_without_a_cursor_has_no_id(void **state)
{
	struct frame *f = frame_event(STR_NONE, STR("{}"));

	(void)state;
	assert_str(text_of(f), "data: {}\n\n");
	assert_str(frame_json(f), "{}");
	frame_unref(f);
}

static void plain_text_is_no_event(void **state)
{
	struct frame *f = frame_create(STR(": beat\n\n"));

	(void)state;
	assert_str(text_of(f), ": beat\n\n");
	assert_int_equal(frame_json(f).len, 0);
	frame_unref(f);
}

/* The sanitizers see a count that is wrong either way. */
static void the_last_reference_frees(void **state)
{
	struct frame *f = frame_create(STR("x"));

	(void)state;
	assert_int_equal(f->refs, 1);
	assert_ptr_equal(frame_ref(f), f);
	frame_ref(f);
	assert_int_equal(f->refs, 3);
	frame_unref(f);
	frame_unref(f);
	assert_int_equal(f->refs, 1);
	frame_unref(f);
	frame_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_sse_text_around_its_json),
		cmocka_unit_test(an_event_without_a_cursor_has_no_id),
		cmocka_unit_test(plain_text_is_no_event),
		cmocka_unit_test(the_last_reference_frees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
