/* bench.h - what the parts of the load generator share. */
#ifndef PALABRE_BENCH_BENCH_H
#define PALABRE_BENCH_BENCH_H

#include <stdint.h>
#include <stdnoreturn.h>

#include "samples.h"

/* A message's body begins with this and the time of its sending, in nanoseconds of the
 * monotonic clock, STAMP_DIGITS digits. Nothing else that is sent contains a '~'. */
#define STAMP "~t="
#define STAMP_DIGITS 16

struct bench {
	int epoll;
	uint16_t port;
	char **tokens;
	int token_count;
	int64_t room;

	int open;              /* streams */
	int lost;              /* streams that ended */
	uint64_t measure_from; /* messages sent before do not count; ns */
	uint64_t measure_to;
	uint64_t arrived;      /* of the messages that count, whenever they came */
	uint64_t in_time;      /* deliveries within the time measured */
	uint64_t bytes;        /* read by the streams within it */
	struct samples delays; /* from just before the POST to the event, each stream */

	uint64_t sent;     /* messages that count */
	uint64_t answered; /* of all */
	uint64_t refused;  /* answered by anything but 201 */
	struct samples round_trips;
};

/* The head of what epoll hands back. */
struct endpoint {
	enum { ENDPOINT_READER, ENDPOINT_SENDER } kind;
	int fd;
};

uint64_t bench_now(void);

/* A connection to the server, non-blocking, watched for reading. */
int bench_connect(struct bench *b, struct endpoint *e);

/* Writes all of a short request. */
void bench_write(int fd, const char *text, int length);

noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
