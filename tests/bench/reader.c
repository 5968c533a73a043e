/* reader.c - takes the chunks off (RFC 9112 §7.1) and looks for the stamps of messages,
 * whatever pieces they come in. */
#include "reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (256u << 10)

void reader_start(struct bench *b, struct reader *r, const char *token)
{
	char text[512];

	*r = (struct reader){ .endpoint.kind = ENDPOINT_READER };
	bench_connect(b, &r->endpoint);
	int n = snprintf(text, sizeof text,
			 "GET /stream/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
			 "Authorization: Bearer %s\r\n\r\n",
			 token);
	bench_write(r->endpoint.fd, text, n);
}

static void arrived(struct bench *b, uint64_t stamp, uint64_t now)
{
	if (now >= b->measure_from && now < b->measure_to) {
		b->in_time++;
	}
	if (stamp >= b->measure_from && stamp < b->measure_to) {
		b->arrived++;
		samples_add(&b->delays, (now - stamp) / 1000);
	}
}

/* The text of events: mark, then digits. */
static void scan(struct bench *b, struct reader *r, const char *p, size_t n, uint64_t now)
{
	static const char mark[] = STAMP;
	const size_t mark_length = sizeof mark - 1;
	const char *end = p + n;

	while (p < end) {
		if (r->matched == 0) {
			p = memchr(p, mark[0], (size_t)(end - p));
			if (!p) {
				return;
			}
			r->matched = 1;
			p++;
		} else if (r->matched < mark_length) {
			r->matched = *p == mark[r->matched] ? r->matched + 1 : 0;
			r->stamp = 0;
			p++;
		} else {
			r->stamp = r->stamp * 10 + (uint64_t)(*p++ - '0');
			if (++r->matched == mark_length + STAMP_DIGITS) {
				r->matched = 0;
				arrived(b, r->stamp, now);
			}
		}
	}
}

/* Returns where the head ends, or the end of what is there. */
static const char *skip_head(struct bench *b, struct reader *r, const char *p,
			     const char *end)
{
	static const char mark[] = "\r\n\r\n";

	while (p < end) {
		r->matched = *p == mark[r->matched] ? r->matched + 1 : *p == mark[0];
		p++;
		if (r->matched == sizeof mark - 1) {
			r->matched = 0;
			r->state = READER_SIZE;
			b->open++;
			break;
		}
	}
	return p;
}

static const char *read_size(struct reader *r, const char *p, const char *end)
{
	while (p < end) {
		char c = *p++;
		if (c == '\n') {
			r->state = r->left ? READER_DATA : READER_SIZE;
			break;
		}
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
						   : -1;
		r->left = digit < 0 ? r->left : r->left * 16 + (uint32_t)digit;
	}
	return p;
}

static void take(struct bench *b, struct reader *r, const char *p, size_t n, uint64_t now)
{
	const char *end = p + n;

	while (p < end) {
		size_t step = (size_t)(end - p) < r->left ? (size_t)(end - p) : r->left;
		switch (r->state) {
		case READER_HEAD:
			p = skip_head(b, r, p, end);
			break;
		case READER_SIZE:
			p = read_size(r, p, end);
			break;
		case READER_DATA:
			scan(b, r, p, step, now);
			p += step;
			r->left -= (uint32_t)step;
			if (r->left == 0) {
				r->left = 2;
				r->state = READER_AFTER;
			}
			break;
		case READER_AFTER:
			p += step;
			r->left -= (uint32_t)step;
			r->state = r->left ? READER_AFTER : READER_SIZE;
			break;
		}
	}
}

void reader_readable(struct bench *b, struct reader *r)
{
	static char buffer[BUFFER_BYTES];
	ssize_t n = read(r->endpoint.fd, buffer, sizeof buffer);
	uint64_t now = bench_now();

	if (n < 0 && errno == EAGAIN) {
		return;
	}
	if (n <= 0) {
		close(r->endpoint.fd);
		b->lost++;
		return;
	}
	if (r->state == READER_HEAD && r->matched == 0 && n > 9 && buffer[9] != '2') {
		bench_die("a stream was refused: %.*s", (int)n, buffer);
	}
	if (now >= b->measure_from && now < b->measure_to) {
		b->bytes += (uint64_t)n;
	}
	take(b, r, buffer, (size_t)n, now);
}
