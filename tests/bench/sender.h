/* sender.h - one keep-alive connection that sends messages, one at a time. */
#ifndef PALABRE_BENCH_SENDER_H
#define PALABRE_BENCH_SENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "bench.h"

struct sender {
	struct endpoint endpoint;
	const char *token;
	bool busy;
	uint64_t sent_at;
	size_t held;
	char reply[8192];
};

void sender_start(struct bench *b, struct sender *s, const char *token);

/* Sends a message, its stamp drawn just before the write. Not while busy. */
void sender_send(struct bench *b, struct sender *s);

/* Reads the answer; no longer busy once it is whole. */
void sender_readable(struct bench *b, struct sender *s);

#endif
