/* reader.h - one SSE stream, read and timed. */
#ifndef PALABRE_BENCH_READER_H
#define PALABRE_BENCH_READER_H

#include "bench.h"

struct reader {
	struct endpoint endpoint;
	enum { READER_HEAD, READER_SIZE, READER_DATA, READER_AFTER } state;
	uint32_t left;   /* of the chunk, or of what follows it */
	uint8_t matched; /* of the head's end, or of the stamp's mark and digits */
	uint64_t stamp;
};

/* Asks for the stream. It counts in bench.open once its head is there. */
void reader_start(struct bench *b, struct reader *r, const char *token);

void reader_readable(struct bench *b, struct reader *r);

#endif
