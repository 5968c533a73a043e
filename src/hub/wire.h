/* wire.h - FastCGI output on a non-blocking descriptor: a queue of frames written as
 * STDOUT records (FastCGI specification 1.0, §3.3), all that waits in as few records as
 * it fits. */
#ifndef PALABRE_HUB_WIRE_H
#define PALABRE_HUB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/frame.h"

/* Zeroed, with request_id set, is ready. Idle it holds no memory of its own. */
struct wire {
	struct frame **queue;
	uint32_t head, count, cap;
	uint32_t sent;       /* bytes of the first frame that are out */
	uint32_t bytes;      /* waiting in all frames */
	uint32_t owed;       /* bytes that the record under way still promises */
	uint8_t header[8];   /* of the record under way */
	uint8_t header_left; /* bytes of it not yet out */
	uint16_t request_id;
};

enum wire_result {
	WIRE_EMPTY, /* everything is out */
	WIRE_MORE,  /* the peer takes no more for now */
	WIRE_GONE,  /* the peer is gone */
};

/* Queues a frame; takes a reference of its own. */
void wire_add(struct wire *w, struct frame *f);

/* Queues the end of the request: an empty STDOUT record and END_REQUEST. */
void wire_end(struct wire *w);

/* Drops what no record has promised yet, so that an end can be queued at once. */
void wire_cut(struct wire *w);

/* Writes as much as fd takes. */
enum wire_result wire_flush(struct wire *w, int fd);

void wire_finish(struct wire *w);

#endif
