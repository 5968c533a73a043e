/* test_media.c - pictures are read to their end, cleaned, and refused where they lie. */
#include "check.h"

#include <stdio.h>

#include "http/range.h"
#include "media/exif.h"
#include "picture.h"

#define ALL(mem, text) picture_copy(mem, text, sizeof(text) - 1, 0, true)

static const uint8_t *load(void *mem, const char *name, size_t *len)
{
	char *path = talloc_asprintf(mem, "tests/api/pictures/%s", name);
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = talloc_size(mem, 1 << 20);

	assert_non_null(f);
	*len = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

static const char *const samples[] = {
	"photo.jpg",  "progressive.jpg", "small.jpg",     "small.png",   "moving.png",
	"moving.gif", "small.webp",      "lossless.webp", "moving.webp",
};
#define SAMPLES (sizeof samples / sizeof *samples)

/* Whatever the pieces it comes in; and what is clean stays as it is. */
static void test_cleaning_is_done_once(void **state)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		size_t len;
		const uint8_t *bytes = load(*state, samples[i], &len);
		struct picture a = picture_copy(*state, bytes, len, 0, false);
		struct picture b = picture_copy(*state, bytes, len, 1, false);
		assert_int_equal(a.result, OK);
		assert_int_equal(a.media.size, a.out.len);
		assert_true(str_eq(buf_str(&a.out), buf_str(&b.out)));
		struct picture c = picture_copy(*state, a.out.ptr, a.out.len, 7, false);
		assert_int_equal(c.result, OK);
		assert_true(str_eq(buf_str(&a.out), buf_str(&c.out)));
		assert_int_equal(a.media.width, c.media.width);
		assert_int_equal(a.media.orientation, c.media.orientation);
	}
}

static void test_every_cut_is_refused(void **state)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		size_t len;
		const uint8_t *bytes = load(*state, samples[i], &len);
		struct picture whole = picture_copy(*state, bytes, len, 0, false);
		size_t step = whole.out.len > 2000 ? 61 : 1;
		for (size_t n = 0; n < whole.out.len; n += step) {
			void *mem = talloc_new(*state);
			struct picture p = picture_copy(mem, whole.out.ptr, n, 0, false);
			assert_true(p.result == E_FIELD ||
				    (n < 12 && p.result == E_MEDIA));
			talloc_free(mem);
		}
	}
}

/* The sanitizers watch. */
static void test_any_damage_is_survived(void **state)
{
	uint64_t seed = 42;

	for (size_t i = 0; i < SAMPLES; i++) {
		size_t len;
		uint8_t *bytes = (uint8_t *)(uintptr_t)load(*state, samples[i], &len);
		for (int round = 0; round < 300; round++) {
			void *mem = talloc_new(*state);
			size_t at = next_random(&seed) % len;
			uint8_t was = bytes[at];
			bytes[at] = (uint8_t)next_random(&seed);
			struct picture p = picture_copy(mem, bytes, len, 0, round & 1);
			assert_true(p.result == OK || p.fault.code);
			bytes[at] = was;
			talloc_free(mem);
		}
	}
}

static void test_trailers_and_scripts_are_dropped(void **state)
{
	static const char tail[] = "<script>x</script>PK\3\4";

	for (size_t i = 0; i < SAMPLES; i++) {
		size_t len;
		const uint8_t *bytes = load(*state, samples[i], &len);
		struct picture clean = picture_copy(*state, bytes, len, 0, false);
		struct buf b;
		buf_init(&b, *state, PICTURE_MAX);
		buf_add(&b, bytes, len);
		buf_add(&b, tail, sizeof tail);
		struct picture p = picture_copy(*state, b.ptr, b.len, 0, false);
		assert_int_equal(p.result, OK);
		assert_true(str_eq(buf_str(&p.out), buf_str(&clean.out)));
		assert_null(memmem(p.out.ptr, p.out.len, "secret", 6));
	}
}

static void test_other_kinds_are_not_taken(void **state)
{
	assert_int_equal(ALL(*state, "").result, E_MEDIA);
	assert_int_equal(ALL(*state, "<svg xmlns='http://www.w3.org/2000/svg'>").result,
			 E_MEDIA);
	assert_int_equal(ALL(*state, "RIFF\x10\0\0\0WAVEfmt ").result, E_MEDIA);
	assert_int_equal(ALL(*state, "GIF88a\1\0\1\0\0\0\0;").result, E_MEDIA);
}

static struct picture gif(void *mem, const char *head, int frames)
{
	static const char frame[] = ",\0\0\0\0\1\0\1\0\0\2\2L\1";
	struct buf b;

	buf_init(&b, mem, PICTURE_MAX);
	buf_add(&b, head, 13);
	for (int i = 0; i < frames; i++) {
		buf_add(&b, frame, sizeof frame);
	}
	buf_add_lit(&b, ";");
	return picture_copy(mem, b.ptr, b.len, 0, true);
}

static void test_limits(void **state)
{
	struct picture p = gif(*state, "GIF89a\1\0\1\0\0\0", 500);
	assert_int_equal(p.result, OK);
	assert_int_equal(p.media.frames, 500);
	p = gif(*state, "GIF89a\1\0\1\0\0\0", 5000);
	assert_string_equal(p.fault.code, "too_many_frames");
	p = gif(*state, "GIF89a\x60\xea\x60\xea\0\0", 1);
	assert_string_equal(p.fault.code, "too_many_pixels");
	/* 5,000 × 5,000 is allowed, once. */
	p = gif(*state, "GIF89a\x88\x13\x88\x13\0\0", 20);
	assert_int_equal(p.result, OK);
	p = gif(*state, "GIF89a\x88\x13\x88\x13\0\0", 21);
	assert_string_equal(p.fault.code, "too_many_frames");
	p = gif(*state, "GIF89a\0\0\1\0\0\0", 1);
	assert_string_equal(p.fault.code, "picture_broken");
	p = gif(*state, "GIF89a\1\0\1\0\0\0", 0);
	assert_string_equal(p.fault.code, "picture_broken");
}

/* All a lie but the header: refused by it alone. */
static void test_headers_that_lie(void **state)
{
	static const char jpeg[] = "\xff\xd8\xff\xc0\0\x0b\x08\xea\x60\xea\x60\1\1\x11\0";
	static const char png[] =
		"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xea\x60\0\0\xea\x60"
		"\x08\2\0\0\0AAAA";
	/* More pixels than a signed number holds. */
	static const char wide[] =
		"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\xff\xff\xff\xc3\xff\xff\xff\xd7"
		"\x08\2\0\0\0AAAA";
	static const char webp[] = "RIFF\xff\xff\xff\xffWEBPVP8X\x0a\0\0\0\0\0\0\0"
				   "\x5f\xea\0\x5f\xea\0";

	assert_string_equal(ALL(*state, jpeg).fault.code, "too_many_pixels");
	assert_string_equal(ALL(*state, png).fault.code, "too_many_pixels");
	assert_string_equal(ALL(*state, wide).fault.code, "too_many_pixels");
	assert_string_equal(ALL(*state, webp).fault.code, "too_many_pixels");
	assert_string_equal(ALL(*state, "\xff\xd8\xff\xd9        ").fault.code,
			    "picture_broken");
	assert_string_equal(ALL(*state, "\xff\xd8\xff\xe1\0\1      ").fault.code,
			    "picture_broken");
	assert_string_equal(ALL(*state, "RIFF\3\0\0\0WEBPVP8 ").fault.code,
			    "picture_broken");
}

static void test_a_profile_stays(void **state)
{
	size_t len;
	const uint8_t *bytes = load(*state, "small.jpg", &len);
	struct buf b;

	buf_init(&b, *state, PICTURE_MAX);
	buf_add(&b, bytes, 2);
	buf_add_lit(&b, "\xff\xe2\0\x18ICC_PROFILE\0\1\1colours!");
	buf_add_lit(&b, "\xff\xe2\0\x0aMPF\0more");
	buf_add(&b, bytes + 2, len - 2);
	struct picture p = picture_copy(*state, b.ptr, b.len, 0, false);
	assert_int_equal(p.result, OK);
	assert_non_null(memmem(p.out.ptr, p.out.len, "colours!", 8));
	assert_null(memmem(p.out.ptr, p.out.len, "MPF", 3));
}

static ssize_t read_part(void *arg, char *out, size_t len)
{
	/* In pieces as they come from a network. */
	return picture_read(arg, out, len < 5 ? len : 5);
}

static void test_other_files_where_they_are_allowed(void **state)
{
	static const struct media_limits limits = { .bytes = 60,
						    .pixels = 1 << 30,
						    .any = true };
	static const struct {
		const char *bytes;
		enum result result;
		const char *code;
	} all[] = {
		{ "<svg xmlns='http://www.w3.org/2000/svg'/>", OK, NULL },
		{ "short", OK, NULL },
		{ "", E_FIELD, "empty_file" },
		{ "GIF89a is no GIF", E_FIELD, "picture_broken" },
		{ "0123456789012345678901234567890123456789012345678901234567890",
		  E_TOO_LARGE, "too_large" },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct picture p = { .bytes = (const uint8_t *)all[i].bytes,
				     .len = strlen(all[i].bytes) };
		buf_init(&p.out, *state, 4096);
		enum result r = media_copy(&limits, read_part, &p, picture_write, &p,
					   &p.media, &p.fault);
		assert_int_equal(r, all[i].result);
		if (r == OK) {
			assert_null(p.fault.code);
			assert_int_equal(p.media.type, MEDIA_PLAIN);
			assert_int_equal(p.media.size, p.len);
			assert_int_equal(p.media.width, 0);
			assert_true(str_eq(buf_str(&p.out), str_from(all[i].bytes)));
		} else {
			assert_string_equal(p.fault.code, all[i].code);
		}
	}
}

static void test_too_large(void **state)
{
	size_t len = 10600000;
	char *bytes = talloc_zero_size(*state, len);

	memcpy(bytes, "\xff\xd8\xff\xe0\0\2\xff\xdb", 8);
	for (size_t i = 6; i + 4 < len; i += 4) {
		memcpy(bytes + i, "\xff\xfe\0\2", 4);
	}
	assert_int_equal(picture_copy(*state, bytes, len, 0, true).result, E_TOO_LARGE);
}

static void test_orientation(void **state)
{
	uint8_t block[EXIF_BYTES];

	(void)state;
	for (int i = 1; i <= 8; i++) {
		exif_write(i, block);
		assert_int_equal(exif_orientation(block, sizeof block), i);
	}
	for (size_t n = 0; n < sizeof block; n++) {
		exif_orientation(block, n);
	}
	assert_int_equal(
		exif_orientation((const uint8_t *)"II*\0\xff\xff\xff\xff      ", 14), 1);
	exif_write(9, block);
	assert_int_equal(exif_orientation(block, sizeof block), 1);
}

static enum range range(const char *text, int64_t *at, int64_t *len)
{
	return range_parse(str_from(text), 100, at, len);
}

static void test_ranges(void **state)
{
	int64_t at, len;

	(void)state;
	assert_int_equal(range("bytes=0-0", &at, &len), RANGE_PART);
	assert_int_equal(len, 1);
	assert_int_equal(range("bytes=90-", &at, &len), RANGE_PART);
	assert_int_equal(at, 90);
	assert_int_equal(len, 10);
	assert_int_equal(range("bytes=-30", &at, &len), RANGE_PART);
	assert_int_equal(at, 70);
	assert_int_equal(range("bytes=-300", &at, &len), RANGE_PART);
	assert_int_equal(at, 0);
	assert_int_equal(range("bytes=5-1000", &at, &len), RANGE_PART);
	assert_int_equal(len, 95);
	assert_int_equal(range("bytes=100-", &at, &len), RANGE_OUTSIDE);
	assert_int_equal(range("bytes=-0", &at, &len), RANGE_OUTSIDE);
	static const char *const whole[] = { "bytes=5-4", "bytes=1-2,4-5", "lines=1-2",
					     "bytes=-",   "bytes=x",       "bytes",
					     "" };
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
		assert_int_equal(range(whole[i], &at, &len), RANGE_WHOLE);
	}
	assert_int_equal(range(NULL, &at, &len), RANGE_WHOLE);
	assert_true(range_tag_listed(STR("\"a\", W/\"b\""), STR("\"b\"")));
	assert_true(range_tag_listed(STR("*"), STR("\"b\"")));
	assert_false(range_tag_listed(STR("\"bb\""), STR("\"b\"")));
	assert_false(range_tag_listed(STR_NONE, STR("\"b\"")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MEM(test_cleaning_is_done_once),
		WITH_MEM(test_every_cut_is_refused),
		WITH_MEM(test_any_damage_is_survived),
		WITH_MEM(test_trailers_and_scripts_are_dropped),
		WITH_MEM(test_other_kinds_are_not_taken),
		WITH_MEM(test_other_files_where_they_are_allowed),
		WITH_MEM(test_limits),
		WITH_MEM(test_headers_that_lie),
		WITH_MEM(test_a_profile_stays),
		WITH_MEM(test_too_large),
		WITH_MEM(test_orientation),
		WITH_MEM(test_ranges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
