/* test_log.c - the program's own log: a line of JSON an event, whatever is in it. */
#include "check.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

struct fixture {
	FILE *file;
	int stderr_copy;
	char text[8192];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->file = tmpfile();
	f->stderr_copy = dup(STDERR_FILENO);
	log_init("test", LOG_INFO);
	*state = f;
	return f->file ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->stderr_copy);
	fclose(f->file);
	free(f);
	return 0;
}

static void catch (struct fixture *f)
{
	fflush(stderr);
	dup2(fileno(f->file), STDERR_FILENO);
}

/* What was logged since catch(). */
static struct str caught(struct fixture *f)
{
	dup2(f->stderr_copy, STDERR_FILENO);
	ssize_t n = pread(fileno(f->file), f->text, sizeof f->text, 0);
	assert_true(n >= 0);
	return (struct str){ f->text, (size_t)n };
}

/* The one line as JSON; anything else fails. The caller puts it. */
static struct json_object *as_json(struct str text)
{
	assert_int_equal(str_index(text, '\n'), text.len - 1);
	struct json_tokener *tok = json_tokener_new();
	struct json_object *o = json_tokener_parse_ex(tok, text.ptr, (int)text.len);
	json_tokener_free(tok);
	if (!o) {
		fail_msg("not JSON: " STR_FMT, STR_ARG(text));
	}
	return o;
}

static const char *field(struct json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

static void an_event_is_a_line_of_json(void **state)
{
	struct fixture *f = *state;

	catch (f);
	log_info("start", "workers", "8", "why", NULL, NULL);
	struct json_object *o = as_json(caught(f));
	assert_string_equal(field(o, "level"), "info");
	assert_string_equal(field(o, "program"), "test");
	assert_string_equal(field(o, "event"), "start");
	assert_string_equal(field(o, "workers"), "8");
	assert_string_equal(field(o, "why"), "");
	assert_int_equal(strlen(field(o, "time")), 24);
	json_object_put(o);
}

static void no_value_forges_a_line_or_a_field(void **state)
{
	struct fixture *f = *state;

	catch (f);
	log_warn("odd", "value", "a\n{\"level\":\"error\"}\r\"\\\x7f\x1b", NULL);
	struct json_object *o = as_json(caught(f));
	assert_string_equal(field(o, "level"), "warn");
	assert_string_equal(field(o, "value"), "a?{\"level\":\"error\"}?\"\\??");
	json_object_put(o);
}

static void a_line_that_is_cut_is_json_still(void **state)
{
	struct fixture *f = *state;
	char text[4000];

	memset(text, '"', sizeof text);
	text[sizeof text - 1] = '\0';
	/* Both parities, so that the cut meets the middle of an escape. */
	for (int i = 0; i < 4; i++) {
		assert_int_equal(ftruncate(fileno(f->file), 0), 0);
		lseek(fileno(f->file), 0, SEEK_SET);
		catch (f);
		log_error("long", "n", &"xxxx"[i], "value", text, "more", text, NULL);
		struct str line = caught(f);
		assert_true(line.len <= 2048);
		json_object_put(as_json(line));
	}
}

static void what_is_below_the_level_is_not_said(void **state)
{
	struct fixture *f = *state;

	catch (f);
	log_debug("quiet", NULL);
	log_init("test", LOG_ERROR);
	log_info("quiet", NULL);
	log_warn("quiet", NULL);
	assert_int_equal(caught(f).len, 0);
}

static void levels_have_names(void **state)
{
	(void)state;
	assert_int_equal(log_level_parse("error"), LOG_ERROR);
	assert_int_equal(log_level_parse("warn"), LOG_WARN);
	assert_int_equal(log_level_parse("info"), LOG_INFO);
	assert_int_equal(log_level_parse("debug"), LOG_DEBUG);
	assert_int_equal(log_level_parse("loud"), LOG_INFO);
	assert_int_equal(log_level_parse(NULL), LOG_INFO);
}

#define LOGGED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOGGED(an_event_is_a_line_of_json),
		LOGGED(no_value_forges_a_line_or_a_field),
		LOGGED(a_line_that_is_cut_is_json_still),
		LOGGED(what_is_below_the_level_is_not_said),
		LOGGED(levels_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
