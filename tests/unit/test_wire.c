/* test_wire.c - FastCGI records over a socket that takes a few bytes at a time. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "hub/wire.h"

#define ID 0x0102

struct fixture {
	void *mem;
	int near, far; /* the wire's end, and the web server's */
	struct wire wire;
	struct buf sent;     /* all that was queued */
	struct buf received; /* all bytes that came out */
};

static int setup(void **state)
{
	void *mem = talloc_new(NULL);
	struct fixture *f = talloc_zero(mem, struct fixture);
	int ends[2], size = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends)) {
		return -1;
	}
	f->mem = mem;
	f->near = ends[0];
	f->far = ends[1];
	f->wire.request_id = ID;
	/* The kernel makes it its least. */
	setsockopt(f->near, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	buf_init(&f->sent, mem, 64u << 20);
	buf_init(&f->received, mem, 64u << 20);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	wire_finish(&f->wire);
	close(f->near);
	close(f->far);
	talloc_free(f->mem);
	return 0;
}

static void add(struct fixture *f, const char *text, size_t len)
{
	struct frame *frame = frame_create((struct str){ text, len });

	wire_add(&f->wire, frame);
	frame_unref(frame);
	buf_add(&f->sent, text, len);
}

/* len bytes that tell their places apart */
static void add_pattern(struct fixture *f, size_t len)
{
	char *text = talloc_size(f->mem, len + 1);

	for (size_t i = 0; i < len; i++) {
		text[i] = (char)((f->sent.len + i) * 31 % 251);
	}
	add(f, text, len);
	talloc_free(text);
}

/* Takes up to max bytes out at the far end; their number, 0 at the end or with none. */
static size_t take(struct fixture *f, size_t max)
{
	ssize_t n = recv(f->far, buf_reserve(&f->received, max), max, MSG_DONTWAIT);

	f->received.len += n > 0 ? (size_t)n : 0;
	return n > 0 ? (size_t)n : 0;
}

/* Flushes and takes by turns until nothing waits; at most step bytes each turn. */
static void drain(struct fixture *f, size_t step)
{
	enum wire_result r;

	do {
		r = wire_flush(&f->wire, f->near);
		assert_int_not_equal(r, WIRE_GONE);
		while (take(f, step) && r == WIRE_EMPTY) {
		}
	} while (r == WIRE_MORE);
	assert_int_equal(f->wire.bytes, 0);
	assert_int_equal(f->wire.count, 0);
}

/* What the records received carry. */
struct parsed {
	struct buf out; /* the content of STDOUT records */
	size_t records; /* of content */
	bool closed;    /* an empty STDOUT record came */
	bool ended;     /* and END_REQUEST after it */
};

static struct parsed parse(struct fixture *f)
{
	const uint8_t *p = (const uint8_t *)f->received.ptr;
	size_t left = f->received.len;
	struct parsed r = { .records = 0 };

	buf_init(&r.out, f->mem, 64u << 20);
	while (left) {
		assert_true(left >= 8);
		assert_int_equal(p[0], 1);
		assert_int_equal(p[2] << 8 | p[3], ID);
		size_t len = (size_t)p[4] << 8 | p[5];
		size_t whole = 8 + len + p[6];
		assert_true(left >= whole);
		assert_false(r.ended);
		if (p[1] == 3) {
			assert_true(r.closed);
			assert_int_equal(len, 8);
			assert_memory_equal(p + 8, "\0\0\0\0\0\0\0\0", 8);
			r.ended = true;
		} else {
			assert_int_equal(p[1], 6);
			assert_false(r.closed);
			r.closed = len == 0;
			r.records += len != 0;
			buf_add(&r.out, p + 8, len);
		}
		p += whole;
		left -= whole;
	}
	return r;
}

static void check_same(const struct buf *got, const struct buf *want)
{
	assert_int_equal(got->len, want->len);
	if (want->len) {
		assert_memory_equal(got->ptr, want->ptr, want->len);
	}
}

static void nothing_queued_is_nothing_sent(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(wire_flush(&f->wire, f->near), WIRE_EMPTY);
	assert_int_equal(take(f, 100), 0);
}

static void all_that_waits_goes_in_one_record(void **state)
{
	struct fixture *f = *state;

	add(f, "one ", 4);
	add(f, "two ", 4);
	add(f, "three", 5);
	assert_int_equal(f->wire.bytes, 13);
	drain(f, 1000);
	struct parsed p = parse(f);
	check_same(&p.out, &f->sent);
	assert_int_equal(p.records, 1);
	assert_false(p.closed);
	assert_null(f->wire.queue);
}

static void a_request_ends_with_an_empty_record_and_its_status(void **state)
{
	struct fixture *f = *state;

	add(f, "last words", 10);
	wire_end(&f->wire);
	drain(f, 1000);
	struct parsed p = parse(f);
	check_same(&p.out, &f->sent);
	assert_true(p.ended);
}

static void a_request_without_output_ends_too(void **state)
{
	struct fixture *f = *state;

	wire_end(&f->wire);
	drain(f, 1000);
	struct parsed p = parse(f);
	assert_true(p.ended);
	assert_int_equal(p.records, 0);
}

/* An empty STDOUT record would end the request in the middle. */
static void an_empty_frame_is_no_empty_record(void **state)
{
	struct fixture *f = *state;

	add(f, "", 0);
	add(f, "a", 1);
	add(f, "", 0);
	drain(f, 1000);
	add(f, "", 0);
	assert_int_equal(wire_flush(&f->wire, f->near), WIRE_EMPTY);
	wire_end(&f->wire);
	drain(f, 1000);
	struct parsed p = parse(f);
	check_same(&p.out, &f->sent);
	assert_true(p.ended);
}

static void what_is_too_long_for_a_record_goes_in_several(void **state)
{
	static const size_t lengths[] = { 65534, 65535, 65536, 131070, 131071, 200000 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		f->received.len = f->sent.len = 0;
		add_pattern(f, lengths[i]);
		drain(f, 100000);
		struct parsed p = parse(f);
		check_same(&p.out, &f->sent);
		assert_int_equal(p.records, (lengths[i] + 65534) / 65535);
	}
}

/* More frames than go into one writev, over record borders. */
static void many_frames_keep_their_order(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 1000; i++) {
		add_pattern(f, (size_t)(1 + i % 300));
	}
	wire_end(&f->wire);
	drain(f, 777);
	struct parsed p = parse(f);
	check_same(&p.out, &f->sent);
	assert_true(p.ended);
}

/*
 * Fills the socket, then takes byte after byte out of it while frames are added, so that
 * the kernel cuts the stream wherever it likes.
 */
static void a_socket_that_takes_little_cuts_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = 7;

	for (int i = 0; i < 3000; i++) {
		if (f->wire.bytes < 300000) {
			add_pattern(f, 1 + next_random(&seed) % 3000);
		}
		assert_int_not_equal(wire_flush(&f->wire, f->near), WIRE_GONE);
		take(f, 1 + next_random(&seed) % 5000);
	}
	wire_end(&f->wire);
	drain(f, 4096);
	struct parsed p = parse(f);
	check_same(&p.out, &f->sent);
	assert_true(p.ended);
}

/* How many bytes sendmsg() may still send before it says EAGAIN; -1 = as the kernel
 * likes. */
static ssize_t allowed = -1;

/* Stands before the C library's. */
ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	struct iovec pieces[64];
	struct msghdr less = { .msg_iov = pieces };
	size_t left = (size_t)allowed;

	if (allowed < 0) {
		return syscall(SYS_sendmsg, fd, m, flags);
	}
	for (size_t i = 0; i < m->msg_iovlen && left; i++) {
		struct iovec p = m->msg_iov[i];
		p.iov_len = p.iov_len < left ? p.iov_len : left;
		left -= p.iov_len;
		pieces[less.msg_iovlen++] = p;
	}
	if (less.msg_iovlen == 0) {
		errno = EAGAIN;
		return -1;
	}
	ssize_t n = syscall(SYS_sendmsg, fd, &less, flags);
	allowed -= n > 0 ? n : 0;
	return n;
}

static void queue_three_and_end(struct fixture *f)
{
	f->received.len = f->sent.len = 0;
	add_pattern(f, 5);
	add_pattern(f, 1);
	add_pattern(f, 20);
	wire_end(&f->wire);
}

static void a_write_may_stop_at_every_byte(void **state)
{
	enum { WHOLE = 8 + 26 + 24 };
	struct fixture *f = *state;

	for (ssize_t cut = 0; cut <= WHOLE; cut++) {
		queue_three_and_end(f);
		allowed = cut;
		assert_int_equal(wire_flush(&f->wire, f->near),
				 cut == WHOLE ? WIRE_EMPTY : WIRE_MORE);
		assert_int_equal(take(f, 1000), cut);
		allowed = -1;
		drain(f, 1000);
		struct parsed p = parse(f);
		check_same(&p.out, &f->sent);
		assert_true(p.ended);
		assert_int_equal(f->received.len, WHOLE);
	}
}

static void more_may_come_while_a_record_is_under_way(void **state)
{
	struct fixture *f = *state;

	for (ssize_t cut = 0; cut <= 8 + 26; cut++) {
		f->received.len = f->sent.len = 0;
		add_pattern(f, 5);
		add_pattern(f, 21);
		allowed = cut;
		wire_flush(&f->wire, f->near);
		add_pattern(f, 9);
		wire_end(&f->wire);
		allowed = -1;
		drain(f, 1000);
		struct parsed p = parse(f);
		check_same(&p.out, &f->sent);
		assert_true(p.ended);
	}
}

/* Whatever was promised by a header that is out still comes; the end can follow. */
static void cutting_keeps_what_a_record_promised(void **state)
{
	struct fixture *f = *state;

	for (ssize_t cut = 0; cut <= 8 + 26; cut++) {
		f->received.len = f->sent.len = 0;
		add_pattern(f, 5);
		add_pattern(f, 1);
		add_pattern(f, 20);
		allowed = cut;
		wire_flush(&f->wire, f->near);
		size_t promised = f->sent.len;
		for (int i = 0; i < 10; i++) {
			add_pattern(f, 100);
		}
		wire_cut(&f->wire);
		wire_end(&f->wire);
		allowed = -1;
		drain(f, 1000);
		struct parsed p = parse(f);
		assert_true(p.ended);
		assert_int_equal(p.out.len, promised);
		assert_memory_equal(p.out.ptr, f->sent.ptr, promised);
	}
}

static void cutting_before_anything_was_written_leaves_nothing(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 100; i++) {
		add_pattern(f, 1000);
	}
	wire_cut(&f->wire);
	assert_int_equal(f->wire.bytes, 0);
	wire_end(&f->wire);
	drain(f, 1000);
	struct parsed p = parse(f);
	assert_int_equal(p.out.len, 0);
	assert_true(p.ended);
	wire_cut(&f->wire);
	assert_int_equal(f->wire.count, 0);
}

/* A frame of several records: what of it is out stays a beginning of what was sent. */
static void cutting_within_a_long_frame_keeps_whole_frames(void **state)
{
	struct fixture *f = *state;

	for (size_t taken = 1; taken < 150000; taken += 9973) {
		f->received.len = f->sent.len = 0;
		add_pattern(f, 150000);
		while (f->received.len < taken) {
			wire_flush(&f->wire, f->near);
			take(f, taken - f->received.len);
		}
		add_pattern(f, 500);
		wire_cut(&f->wire);
		wire_end(&f->wire);
		drain(f, 65536);
		struct parsed p = parse(f);
		assert_true(p.ended);
		assert_in_range(p.out.len, 65535, 150000);
		assert_memory_equal(p.out.ptr, f->sent.ptr, p.out.len);
	}
}

static void a_peer_that_is_gone_is_told_without_a_signal(void **state)
{
	struct fixture *f = *state;

	signal(SIGPIPE, SIG_DFL);
	add_pattern(f, 100);
	close(f->far);
	assert_int_equal(wire_flush(&f->wire, f->near), WIRE_GONE);
	f->far = open("/dev/null", O_RDONLY);
}

static void frames_are_shared_not_copied(void **state)
{
	struct fixture *f = *state;
	struct frame *frame = frame_create(STR("shared"));
	struct wire other = { .request_id = 2 };

	wire_add(&f->wire, frame);
	wire_add(&other, frame);
	assert_int_equal(frame->refs, 3);
	wire_finish(&other);
	assert_int_equal(frame->refs, 2);
	drain(f, 100);
	assert_int_equal(frame->refs, 1);
	frame_unref(frame);
}

#define WIRED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRED(nothing_queued_is_nothing_sent),
		WIRED(all_that_waits_goes_in_one_record),
		WIRED(a_request_ends_with_an_empty_record_and_its_status),
		WIRED(a_request_without_output_ends_too),
		WIRED(an_empty_frame_is_no_empty_record),
		WIRED(what_is_too_long_for_a_record_goes_in_several),
		WIRED(many_frames_keep_their_order),
		WIRED(a_socket_that_takes_little_cuts_nothing),
		WIRED(a_write_may_stop_at_every_byte),
		WIRED(more_may_come_while_a_record_is_under_way),
		WIRED(cutting_keeps_what_a_record_promised),
		WIRED(cutting_before_anything_was_written_leaves_nothing),
		WIRED(cutting_within_a_long_frame_keeps_whole_frames),
		WIRED(a_peer_that_is_gone_is_told_without_a_signal),
		WIRED(frames_are_shared_not_copied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
