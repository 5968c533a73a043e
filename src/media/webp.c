/* webp.c - WebP (RFC 9649): a RIFF file of chunks; still, or an animation of frames. */
#include "media/exif.h"
#include "media/job.h"

enum {
	FLAG_ANIMATION = 0x02,
	FLAG_EXIF = 0x08,
	FLAG_ALPHA = 0x10,
	FLAG_ICC = 0x20,
};

#define FRAME_BYTES 16 /* of an ANMF chunk before its own chunks */
#define FLAGS_AT 20    /* RIFF, size, WEBP, VP8X, size */

struct webp {
	struct job *j;
	uint64_t left;   /* bytes that the RIFF header still announces */
	uint8_t head[8]; /* name and size of the chunk at hand */
	uint32_t size;
	bool extended;
	uint8_t flags; /* as they should be */
	int64_t frames;
	bool picture;
};

static bool is(const struct webp *w, const char *name)
{
	return memcmp(w->head, name, 4) == 0;
}

/* The next chunk's head; its padding counts. */
static bool take_head(struct webp *w, uint64_t *left)
{
	if (*left < sizeof w->head || !job_take(w->j, w->head, sizeof w->head)) {
		return job_broken(w->j);
	}
	w->size = le32(w->head + 4);
	*left -= sizeof w->head;
	uint64_t padded = (uint64_t)w->size + (w->size & 1);
	if (padded > *left) {
		return job_broken(w->j);
	}
	*left -= padded;
	return true;
}

/* A byte of padding is always nothing. */
static bool pad(struct webp *w, bool keep)
{
	static const uint8_t nothing = 0;

	if (!(w->size & 1)) {
		return true;
	}
	return job_skip(w->j, 1) && (!keep || job_put(w->j, &nothing, 1));
}

static bool keep(struct webp *w)
{
	return job_put(w->j, w->head, sizeof w->head) && job_pass(w->j, w->size) &&
	       pad(w, true);
}

static bool drop(struct webp *w)
{
	return job_skip(w->j, w->size) && pad(w, false);
}

/* The size of a VP8 (RFC 6386 §9.1) or VP8L bitstream, without taking anything. */
static bool bitstream_size(struct webp *w, uint32_t *width, uint32_t *height)
{
	struct job *j = w->j;
	bool lossless = is(w, "VP8L");
	size_t need = lossless ? 5 : 10;

	if (w->size < need || !job_need(j, need)) {
		return job_broken(j);
	}
	const uint8_t *p = j->in + j->at;
	if (lossless) {
		uint32_t bits = le32(p + 1);
		*width = (bits & 0x3fff) + 1;
		*height = (bits >> 14 & 0x3fff) + 1;
		return p[0] == 0x2f || job_broken(j);
	}
	*width = le16(p + 6) & 0x3fff;
	*height = le16(p + 8) & 0x3fff;
	bool key_frame = !(p[0] & 1) && p[3] == 0x9d && p[4] == 0x01 && p[5] == 0x2a;
	return key_frame || job_broken(j);
}

/* The one picture of a still. */
static bool still(struct webp *w)
{
	struct job *j = w->j;
	uint32_t width, height;

	if (w->picture || w->flags & FLAG_ANIMATION ||
	    !bitstream_size(w, &width, &height)) {
		return job_broken(j);
	}
	w->picture = true;
	if (!w->extended) {
		return job_canvas(j, width, height) && keep(w);
	}
	bool same = width == j->m->width && height == j->m->height;
	return same ? keep(w) : job_broken(j);
}

/* What is in a frame and unknown becomes zeros: its size is written already. */
static bool blank(struct webp *w)
{
	static const uint8_t nothing[4096];

	if (!job_put(w->j, w->head, sizeof w->head)) {
		return false;
	}
	for (uint64_t left = (uint64_t)w->size + (w->size & 1); left;) {
		size_t step = left < sizeof nothing ? (size_t)left : sizeof nothing;
		if (!job_skip(w->j, step) || !job_put(w->j, nothing, step)) {
			return false;
		}
		left -= step;
	}
	return true;
}

static bool frame_chunks(struct webp *w, uint64_t left, uint32_t width, uint32_t height)
{
	struct job *j = w->j;
	bool picture = false;

	while (left) {
		uint32_t wide, high;
		if (!take_head(w, &left)) {
			return false;
		}
		if (is(w, "VP8 ") || is(w, "VP8L")) {
			if (picture || !bitstream_size(w, &wide, &high) ||
			    wide != width || high != height || !keep(w)) {
				return job_broken(j);
			}
			picture = true;
		} else if (!(is(w, "ALPH") ? keep(w) : blank(w))) {
			return false;
		}
	}
	return picture || job_broken(j);
}

static bool frame(struct webp *w)
{
	uint8_t f[FRAME_BYTES];
	struct job *j = w->j;
	uint32_t size = w->size;

	if (!(w->flags & FLAG_ANIMATION) || size < sizeof f || size & 1 ||
	    !job_put(j, w->head, sizeof w->head) || !job_take(j, f, sizeof f)) {
		return job_broken(j);
	}
	uint32_t width = le24(f + 6) + 1, height = le24(f + 9) + 1;
	bool inside = 2u * le24(f) + width <= (uint64_t)j->m->width &&
		      2u * le24(f + 3) + height <= (uint64_t)j->m->height;
	if (!inside || !job_frames(j, ++w->frames) || !job_put(j, f, sizeof f)) {
		return job_broken(j);
	}
	return frame_chunks(w, size - sizeof f, width, height);
}

static bool header(struct webp *w)
{
	uint8_t x[10];

	if (w->extended || w->picture || w->size != sizeof x ||
	    !job_take(w->j, x, sizeof x)) {
		return job_broken(w->j);
	}
	w->extended = true;
	w->flags = x[0] & (FLAG_ANIMATION | FLAG_ALPHA);
	x[0] = w->flags; /* written anew at the end */
	x[1] = x[2] = x[3] = 0;
	return job_canvas(w->j, le24(x + 4) + 1, le24(x + 7) + 1) &&
	       job_put(w->j, w->head, sizeof w->head) && job_put(w->j, x, sizeof x);
}

static bool exif(struct webp *w)
{
	static const char name[6] = "Exif\0";
	uint8_t tiff[4096], small[8 + EXIF_BYTES] = "EXIF";
	struct job *j = w->j;
	size_t n = w->size < sizeof tiff ? w->size : sizeof tiff;

	if (!job_take(j, tiff, n) || !job_skip(j, w->size - n) || !pad(w, false)) {
		return false;
	}
	/* Some writers put the name of JPEG's segment before it. */
	size_t skip =
		n > sizeof name && memcmp(tiff, name, sizeof name) == 0 ? sizeof name : 0;
	int orientation = exif_orientation(tiff + skip, n - skip);
	if (orientation == 1 || j->m->orientation != 1) {
		return true;
	}
	j->m->orientation = orientation;
	w->flags |= FLAG_EXIF;
	put_le32(small + 4, EXIF_BYTES);
	exif_write(orientation, small + 8);
	return job_put(j, small, sizeof small);
}

static bool chunk(struct webp *w)
{
	if (is(w, "VP8X")) {
		return header(w);
	}
	if (is(w, "VP8 ") || is(w, "VP8L")) {
		return still(w);
	}
	if (!w->extended) {
		return drop(w);
	}
	if (is(w, "ANMF")) {
		return frame(w);
	}
	if (is(w, "EXIF")) {
		return exif(w);
	}
	if (is(w, "ICCP") && !w->picture && !w->frames) {
		w->flags |= FLAG_ICC;
		return keep(w);
	}
	bool kept = (is(w, "ANIM") && w->flags & FLAG_ANIMATION && w->size == 6) ||
		    (is(w, "ALPH") && !w->picture && !(w->flags & FLAG_ANIMATION));
	return kept ? keep(w) : drop(w);
}

bool webp_copy(struct job *j)
{
	struct webp w = { .j = j };
	uint8_t riff[12], size[4];

	if (!job_take(j, riff, sizeof riff) || !job_put(j, riff, sizeof riff)) {
		return false;
	}
	/* The size does not count its own eight bytes, but "WEBP". */
	w.left = le32(riff + 4);
	if (w.left < 4) {
		return job_broken(j);
	}
	w.left -= 4;
	while (w.left) {
		if (!take_head(&w, &w.left) || !chunk(&w)) {
			return job_broken(j);
		}
	}
	if (w.flags & FLAG_ANIMATION ? w.frames == 0 : !w.picture) {
		return job_broken(j);
	}
	j->m->animated = w.frames > 1;
	put_le32(size, (uint32_t)(j->written - 8));
	return job_patch(j, 4, size, sizeof size) &&
	       (!w.extended || job_patch(j, FLAGS_AT, &w.flags, 1));
}
