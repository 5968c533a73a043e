/* sender.c - POSTs messages and reads the answers by their Content-Length. */
#include "sender.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What people write: some sixty characters. */
#define TEXT " and some more words, as people write them"

void sender_start(struct bench *b, struct sender *s, const char *token)
{
	*s = (struct sender){ .endpoint.kind = ENDPOINT_SENDER, .token = token };
	bench_connect(b, &s->endpoint);
}

void sender_send(struct bench *b, struct sender *s)
{
	static uint64_t number;
	char body[256], text[1024];
	uint64_t now = bench_now();

	int length = snprintf(body, sizeof body,
			      "{\"client_id\":\"%d-%" PRIu64 "\",\"body\":\"" STAMP
			      "%0*" PRIu64 TEXT "\"}",
			      (int)getpid(), number++, STAMP_DIGITS, now);
	int n = snprintf(text, sizeof text,
			 "POST /api/v1/rooms/%" PRId64 "/messages HTTP/1.1\r\n"
			 "Host: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
			 "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			 b->room, s->token, length, body);
	s->busy = true;
	s->sent_at = now;
	if (now >= b->measure_from && now < b->measure_to) {
		b->sent++;
	}
	bench_write(s->endpoint.fd, text, n);
}

/* Its length, 0 while it is not whole. */
static size_t reply_length(const struct sender *s)
{
	const char *end = memmem(s->reply, s->held, "\r\n\r\n", 4);
	const char *field =
		end ? memmem(s->reply, s->held, "Content-Length: ", 16) : NULL;

	if (!field) {
		return 0;
	}
	size_t all = (size_t)(end + 4 - s->reply) + strtoul(field + 16, NULL, 10);
	return s->held >= all ? all : 0;
}

static void answered(struct bench *b, struct sender *s)
{
	uint64_t now = bench_now();

	b->answered++;
	if (strncmp(s->reply + 9, "201", 3) != 0) {
		if (b->refused++ == 0) {
			fprintf(stderr, "streams: a message was refused: %.*s\n",
				(int)s->held, s->reply);
		}
	} else if (s->sent_at >= b->measure_from && now < b->measure_to) {
		samples_add(&b->round_trips, (now - s->sent_at) / 1000);
	}
	s->busy = false;
	s->held = 0;
}

void sender_readable(struct bench *b, struct sender *s)
{
	ssize_t n =
		read(s->endpoint.fd, s->reply + s->held, sizeof s->reply - s->held - 1);

	if (n < 0 && errno == EAGAIN) {
		return;
	}
	if (n <= 0) {
		/* The server ends a connection after so many requests. */
		if (s->busy) {
			bench_die("the server left a message without an answer");
		}
		close(s->endpoint.fd);
		bench_connect(b, &s->endpoint);
		return;
	}
	s->held += (size_t)n;
	s->reply[s->held] = '\0';
	if (reply_length(s)) {
		answered(b, s);
	}
}
