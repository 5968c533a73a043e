/* picture.h - a picture in memory through media_copy(), for tests and fuzzers. */
#ifndef PALABRE_TESTS_PICTURE_H
#define PALABRE_TESTS_PICTURE_H

#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "base/buf.h"
#include "media/media.h"

#define PICTURE_MAX (12u << 20)

struct picture {
	const uint8_t *bytes;
	size_t len, at;
	size_t step; /* bytes given at once, 0 = all that are asked for */
	struct buf out;
	struct media media;
	struct media_fault fault;
	enum result result;
};

static inline ssize_t picture_read(void *arg, char *out, size_t len)
{
	struct picture *p = arg;
	size_t n = p->len - p->at < len ? p->len - p->at : len;

	n = p->step && n > p->step ? p->step : n;
	if (n) {
		memcpy(out, p->bytes + p->at, n);
	}
	p->at += n;
	return (ssize_t)n;
}

static inline bool picture_write(void *arg, int64_t at, const void *bytes, size_t len)
{
	struct picture *p = arg;

	if ((size_t)at == p->out.len) {
		return buf_add(&p->out, bytes, len);
	}
	if ((size_t)at + len > p->out.len) {
		return false;
	}
	memcpy(p->out.ptr + at, bytes, len);
	return true;
}

static inline struct picture picture_copy(const void *mem, const void *bytes, size_t len,
					  size_t step, bool ignore_checksums)
{
	const struct media_limits limits = { .bytes = 10485760,
					     .pixels = 32000000,
					     .frames = 500,
					     .frame_pixels = 500000000,
					     .ignore_checksums = ignore_checksums };
	struct picture p = { .bytes = bytes, .len = len, .step = step };

	buf_init(&p.out, mem, PICTURE_MAX);
	p.result = media_copy(&limits, picture_read, &p, picture_write, &p, &p.media,
			      &p.fault);
	return p;
}

#endif
