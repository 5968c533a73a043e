/* wire.c - FastCGI output on a non-blocking descriptor. */
#include "hub/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/die.h"
#include "http/record.h"

#define MAX_PIECES 64

static struct frame *at(const struct wire *w, uint32_t i)
{
	return w->queue[(w->head + i) & (w->cap - 1)];
}

static void grow(struct wire *w)
{
	uint32_t cap = w->cap ? w->cap * 2 : 4;
	struct frame **q = die_if_null(malloc(cap * sizeof *q));

	for (uint32_t i = 0; i < w->count; i++) {
		q[i] = at(w, i);
	}
	free(w->queue);
	w->queue = q;
	w->head = 0;
	w->cap = cap;
}

void wire_add(struct wire *w, struct frame *f)
{
	if (f->len == 0) {
		return; /* a record of nothing would end the output */
	}
	if (w->count == w->cap) {
		grow(w);
	}
	w->queue[(w->head + w->count++) & (w->cap - 1)] = frame_ref(f);
	w->bytes += f->len;
}

void wire_end(struct wire *w)
{
	uint8_t records[FCGI_END_BYTES];
	struct frame *f;

	fcgi_end(records, w->request_id);
	f = frame_create((struct str){ (const char *)records, sizeof records });
	f->raw = true;
	wire_add(w, f);
	frame_unref(f);
}

static void drop_first(struct wire *w)
{
	frame_unref(w->queue[w->head]);
	w->head = (w->head + 1) & (w->cap - 1);
	w->count--;
	w->sent = 0;
	if (w->count == 0) {
		wire_finish(w);
	}
}

void wire_cut(struct wire *w)
{
	uint64_t kept = 0;
	uint32_t keep = 0;

	while (keep < w->count && kept < (uint64_t)w->owed + w->sent) {
		kept += at(w, keep++)->len;
	}
	for (uint32_t i = keep; i < w->count; i++) {
		w->bytes -= at(w, i)->len;
		frame_unref(at(w, i));
	}
	w->count = keep;
	if (w->count == 0) {
		wire_finish(w);
	}
}

/* Starts the next record over everything that waits, up to a record's limit. A record may
 * end within a frame, and the next go on with it. */
static void open_record(struct wire *w)
{
	uint32_t len = 0;

	for (uint32_t i = 0; i < w->count && !at(w, i)->raw && len < FCGI_RECORD_MAX;
	     i++) {
		len += at(w, i)->len - (i ? 0 : w->sent);
	}
	w->owed = len < FCGI_RECORD_MAX ? len : FCGI_RECORD_MAX;
	fcgi_header(w->header, FCGI_STDOUT, w->request_id, w->owed);
	w->header_left = sizeof w->header;
}

static size_t gather(struct wire *w, struct iovec *pieces)
{
	size_t n = 0;
	uint32_t owed = w->owed;

	if (w->header_left) {
		pieces[n++] =
			(struct iovec){ w->header + sizeof w->header - w->header_left,
					w->header_left };
	}
	for (uint32_t i = 0; i < w->count && n < MAX_PIECES; i++) {
		struct frame *f = at(w, i);
		uint32_t skip = i ? 0 : w->sent;
		uint32_t len = f->len - skip;
		if (!f->raw) {
			if (!owed) {
				break;
			}
			len = len < owed ? len : owed;
			owed -= len;
		} else if (owed || i) {
			break; /* first comes what the record promised */
		}
		pieces[n++] = (struct iovec){ f->text + skip, len };
	}
	return n;
}

/* Takes n written bytes off the header, then off the queue. */
static void advance(struct wire *w, size_t n)
{
	size_t h = n < w->header_left ? n : w->header_left;

	w->header_left -= (uint8_t)h;
	n -= h;
	while (n) {
		struct frame *f = w->queue[w->head];
		uint32_t left = f->len - w->sent;
		uint32_t step = n < left ? (uint32_t)n : left;
		w->sent += step;
		w->bytes -= step;
		w->owed -= f->raw ? 0 : step;
		n -= step;
		if (w->sent == f->len) {
			drop_first(w);
		}
	}
}

enum wire_result wire_flush(struct wire *w, int fd)
{
	struct iovec pieces[MAX_PIECES];

	while (w->count) {
		if (!w->header_left && !w->owed && !w->queue[w->head]->raw) {
			open_record(w);
		}
		struct msghdr m = { .msg_iov = pieces, .msg_iovlen = gather(w, pieces) };
		ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return errno == EAGAIN || errno == EWOULDBLOCK ? WIRE_MORE
								       : WIRE_GONE;
		}
		advance(w, (size_t)n);
	}
	return WIRE_EMPTY;
}

void wire_finish(struct wire *w)
{
	for (uint32_t i = 0; i < w->count; i++) {
		frame_unref(at(w, i));
	}
	free(w->queue);
	w->queue = NULL;
	w->head = w->count = w->cap = w->sent = w->bytes = 0;
}
