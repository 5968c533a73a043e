/* job.c - one file on its way through its parser: what all of them share. */
#include "media/job.h"

#include <zlib.h>

bool job_broken(struct job *j)
{
	return job_refuse(j, "picture_broken", "The picture is damaged or incomplete.");
}

bool job_refuse(struct job *j, const char *code, const char *message)
{
	if (j->result == OK) {
		j->result = E_FIELD;
		j->fault = (struct media_fault){ code, message };
	}
	return false;
}

static bool fail(struct job *j, enum result r)
{
	if (j->result == OK) {
		j->result = r;
	}
	return false;
}

/* Adds what comes next to in; *over where nothing does. */
static bool read_more(struct job *j, bool *over)
{
	ssize_t got = j->read(j->read_arg, (char *)j->in + j->end, sizeof j->in - j->end);

	*over = got == 0;
	if (got < 0) {
		return fail(j, E_INVALID);
	}
	j->end += (size_t)got;
	j->taken += got;
	return j->taken <= j->limits->bytes || fail(j, E_TOO_LARGE);
}

bool job_need(struct job *j, size_t n)
{
	if (j->end - j->at >= n) {
		return true;
	}
	memmove(j->in, j->in + j->at, j->end - j->at);
	j->end -= j->at;
	j->at = 0;
	while (j->end < n) {
		bool over;
		if (!read_more(j, &over)) {
			return false;
		}
		if (over) {
			return job_broken(j);
		}
	}
	return true;
}

static void sum(struct job *j, const uint8_t *bytes, size_t n)
{
	if (j->summing && !j->limits->ignore_checksums) {
		j->crc = (uint32_t)crc32(j->crc, bytes, (unsigned)n);
	}
}

bool job_take(struct job *j, void *bytes, size_t n)
{
	uint8_t *to = bytes;

	while (n) {
		size_t step = n < sizeof j->in ? n : sizeof j->in;
		if (!job_need(j, step)) {
			return false;
		}
		memcpy(to, j->in + j->at, step);
		sum(j, to, step);
		j->at += step;
		to += step;
		n -= step;
	}
	return true;
}

bool job_flush(struct job *j)
{
	if (j->held &&
	    !j->write(j->write_arg, j->written - (int64_t)j->held, j->out, j->held)) {
		return fail(j, E_FULL);
	}
	j->held = 0;
	return true;
}

bool job_put(struct job *j, const void *bytes, size_t n)
{
	const uint8_t *from = bytes;

	while (n) {
		size_t room = sizeof j->out - j->held;
		size_t step = n < room ? n : room;
		memcpy(j->out + j->held, from, step);
		j->held += step;
		j->written += (int64_t)step;
		from += step;
		n -= step;
		if (j->held == sizeof j->out && !job_flush(j)) {
			return false;
		}
	}
	return true;
}

bool job_put_crc(struct job *j, const void *bytes, size_t n)
{
	uint8_t out[4];

	put_be32(out, (uint32_t)crc32(0, bytes, (unsigned)n));
	return job_put(j, out, sizeof out);
}

static bool move(struct job *j, uint64_t n, bool keep)
{
	while (n) {
		if (!job_need(j, 1)) {
			return false;
		}
		size_t step = j->end - j->at < n ? j->end - j->at : (size_t)n;
		sum(j, j->in + j->at, step);
		if (keep && !job_put(j, j->in + j->at, step)) {
			return false;
		}
		j->at += step;
		n -= step;
	}
	return true;
}

bool job_pass(struct job *j, uint64_t n)
{
	return move(j, n, true);
}

bool job_skip(struct job *j, uint64_t n)
{
	return move(j, n, false);
}

bool job_rest(struct job *j)
{
	bool over = false;

	while (!over) {
		if (!job_pass(j, j->end - j->at)) {
			return false;
		}
		j->at = j->end = 0;
		if (!read_more(j, &over)) {
			return false;
		}
	}
	return true;
}

bool job_patch(struct job *j, int64_t at, const void *bytes, size_t n)
{
	if (!job_flush(j)) {
		return false;
	}
	return j->write(j->write_arg, at, bytes, n) || fail(j, E_FULL);
}

bool job_canvas(struct job *j, uint32_t width, uint32_t height)
{
	if (width == 0 || height == 0) {
		return job_broken(j);
	}
	/* Unsigned: two of a PNG's 32 bits are more than an int64_t holds. */
	if ((uint64_t)width * height > (uint64_t)j->limits->pixels) {
		return job_refuse(j, "too_many_pixels",
				  "The picture has too many pixels.");
	}
	j->m->width = width;
	j->m->height = height;
	return true;
}

bool job_frames(struct job *j, int64_t frames)
{
	j->m->frames = frames;
	if (frames > j->limits->frames ||
	    frames * j->m->width * j->m->height > j->limits->frame_pixels) {
		return job_refuse(j, "too_many_frames",
				  "The animation is too long for its size.");
	}
	return true;
}
