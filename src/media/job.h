/* job.h - one file on its way through its parser: what all of them share. */
#ifndef PALABRE_MEDIA_JOB_H
#define PALABRE_MEDIA_JOB_H

#include <stddef.h>
#include <string.h>

#include "media/media.h"

#define JOB_BUFFER 65536

/* The functions below give false once anything went wrong; result says what. */
struct job {
	const struct media_limits *limits;
	media_read read;
	void *read_arg;
	media_write write;
	void *write_arg;
	struct media *m;
	enum result result;
	struct media_fault fault;
	int64_t taken;   /* bytes read from outside */
	int64_t written; /* bytes of the copy, those in out included */
	size_t at, end;  /* what of in is not used yet */
	size_t held;     /* what of out is not written yet */
	uint32_t crc;    /* of what went by since it was set, where summing is on */
	bool summing;
	uint8_t in[JOB_BUFFER];
	uint8_t out[JOB_BUFFER];
};

/* The picture is not what its kind must be. Always false. */
bool job_broken(struct job *j);

/* It is what it must be, but more of it than is allowed. Always false. */
bool job_refuse(struct job *j, const char *code, const char *message);

/* At least n (≤ JOB_BUFFER) unused bytes stand at j->in + j->at. */
bool job_need(struct job *j, size_t n);

/* Reads exactly n bytes. */
bool job_take(struct job *j, void *bytes, size_t n);

/* Adds to the copy. */
bool job_put(struct job *j, const void *bytes, size_t n);

/* Adds the CRC of those bytes (that of PNG) to the copy. */
bool job_put_crc(struct job *j, const void *bytes, size_t n);

/* The next n bytes go to the copy, or nowhere. */
bool job_pass(struct job *j, uint64_t n);
bool job_skip(struct job *j, uint64_t n);

/* Whatever is left goes to the copy. */
bool job_rest(struct job *j);

/* Overwrites what was put earlier. */
bool job_patch(struct job *j, int64_t at, const void *bytes, size_t n);

bool job_flush(struct job *j);

/* Is a canvas of that size, with so many frames, allowed? Notes it. */
bool job_canvas(struct job *j, uint32_t width, uint32_t height);
bool job_frames(struct job *j, int64_t frames);

/* One per kind, from the first byte of the file on. */
bool png_copy(struct job *j);
bool jpeg_copy(struct job *j);
bool gif_copy(struct job *j);
bool webp_copy(struct job *j);
bool plain_copy(struct job *j);

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint32_t be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t le24(const uint8_t *p)
{
	return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t le16(const uint8_t *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static inline void put_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline void put_le32(uint8_t *p, uint32_t v)
{
	p[3] = (uint8_t)(v >> 24);
	p[2] = (uint8_t)(v >> 16);
	p[1] = (uint8_t)(v >> 8);
	p[0] = (uint8_t)v;
}

#endif
