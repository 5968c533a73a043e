/* test_ring.c - the most recent entries, and from which id on they are complete. */
#include "check.h"

#include <stdlib.h>

#include "hub/ring.h"

static struct entry entry(int64_t id, size_t len)
{
	struct entry e = { .id = id, .cursor = id, .type = EVENT_MESSAGE };

	if (len) {
		char *text = calloc(1, len);
		e.frame = frame_create((struct str){ text, len });
		free(text);
	}
	return e;
}

static void push(struct ring *r, int64_t id, size_t len)
{
	struct entry e = entry(id, len);
	ring_push(r, &e);
}

static void finish(struct ring *r)
{
	ring_clear(r, 0);
	free(r->entries);
}

static void entries_are_held_in_the_order_of_delivery(void **state)
{
	struct ring r;

	(void)state;
	ring_init(&r, 4, 100);
	assert_int_equal(r.floor, 100);
	assert_int_equal(r.first, r.next);
	push(&r, 101, 5);
	push(&r, 104, 0);
	push(&r, 103, 7);
	assert_int_equal(r.next - r.first, 3);
	assert_int_equal(ring_at(&r, r.first)->id, 101);
	assert_int_equal(ring_at(&r, r.first + 1)->id, 104);
	assert_int_equal(ring_at(&r, r.first + 2)->id, 103);
	assert_int_equal(r.floor, 100);
	assert_int_equal(r.bytes, 12);
	finish(&r);
	assert_int_equal(r.bytes, 0);
}

static void the_oldest_make_room_and_raise_the_floor(void **state)
{
	struct ring r;

	(void)state;
	ring_init(&r, 4, 100);
	for (int64_t id = 101; id <= 110; id++) {
		push(&r, id, 3);
		assert_true(r.next - r.first <= 4);
		assert_int_equal(r.bytes, 3 * (r.next - r.first));
	}
	assert_int_equal(r.floor, 106);
	for (uint64_t p = r.first; p < r.next; p++) {
		assert_int_equal(ring_at(&r, p)->id, 107 + (int64_t)(p - r.first));
	}
	finish(&r);
}

/* An entry that came late has a low id: the floor is that of the highest that went. */
static void the_floor_never_falls(void **state)
{
	struct ring r;

	(void)state;
	ring_init(&r, 3, 100);
	push(&r, 105, 1);
	push(&r, 102, 1);
	push(&r, 106, 1);
	push(&r, 107, 1);
	assert_int_equal(r.floor, 105);
	push(&r, 108, 1);
	assert_int_equal(r.floor, 105);
	push(&r, 109, 1);
	assert_int_equal(r.floor, 106);
	finish(&r);
}

static void long_entries_are_bounded_by_their_bytes(void **state)
{
	const size_t mib = 1u << 20;
	struct ring r;

	(void)state;
	ring_init(&r, 1000, 0);
	for (int64_t id = 1; id <= 100; id++) {
		push(&r, id, mib);
		assert_true(r.bytes <= 66 * mib);
		assert_int_equal(r.bytes, mib * (r.next - r.first));
	}
	assert_true(r.next - r.first >= 60);
	assert_int_equal(r.floor, 100 - (int64_t)(r.next - r.first));
	assert_int_equal(ring_at(&r, r.next - 1)->id, 100);
	/* Small ones fit again. */
	for (int64_t id = 101; id <= 1000; id++) {
		push(&r, id, 10);
	}
	assert_true(r.next - r.first >= 900);
	finish(&r);
}

static void a_frame_is_freed_when_it_leaves(void **state)
{
	struct entry e = entry(1, 4);
	struct ring r;

	(void)state;
	ring_init(&r, 1, 0);
	frame_ref(e.frame);
	ring_push(&r, &e);
	assert_int_equal(e.frame->refs, 2);
	push(&r, 2, 4);
	assert_int_equal(e.frame->refs, 1);
	frame_unref(e.frame);
	finish(&r);
}

static void clearing_starts_anew_after_an_id(void **state)
{
	struct ring r;

	(void)state;
	ring_init(&r, 4, 500);
	push(&r, 501, 1);
	push(&r, 502, 1);
	ring_clear(&r, 7);
	assert_int_equal(r.floor, 7);
	assert_int_equal(r.first, r.next);
	assert_int_equal(r.bytes, 0);
	push(&r, 8, 1);
	assert_int_equal(ring_at(&r, r.first)->id, 8);
	finish(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_held_in_the_order_of_delivery),
		cmocka_unit_test(the_oldest_make_room_and_raise_the_floor),
		cmocka_unit_test(the_floor_never_falls),
		cmocka_unit_test(long_entries_are_bounded_by_their_bytes),
		cmocka_unit_test(a_frame_is_freed_when_it_leaves),
		cmocka_unit_test(clearing_starts_anew_after_an_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
