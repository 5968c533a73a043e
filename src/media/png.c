/* png.c - PNG and APNG (PNG third edition, W3C): a signature, then chunks with a CRC. */
#include "media/exif.h"
#include "media/job.h"

#define MAX_CHUNK 0x7fffffffu

enum fate {
	FATE_DROP,
	FATE_KEEP,
	FATE_HEADER,
	FATE_EXIF,
	FATE_ANIMATION,
	FATE_FRAME,
	FATE_FRAME_DATA,
	FATE_DATA,
	FATE_END,
};

static const struct {
	char type[5];
	enum fate fate;
} chunks[] = {
	{ "IHDR", FATE_HEADER }, { "PLTE", FATE_KEEP },       { "IDAT", FATE_DATA },
	{ "IEND", FATE_END },    { "tRNS", FATE_KEEP },       { "gAMA", FATE_KEEP },
	{ "cHRM", FATE_KEEP },   { "sRGB", FATE_KEEP },       { "iCCP", FATE_KEEP },
	{ "sBIT", FATE_KEEP },   { "bKGD", FATE_KEEP },       { "pHYs", FATE_KEEP },
	{ "cICP", FATE_KEEP },   { "eXIf", FATE_EXIF },       { "acTL", FATE_ANIMATION },
	{ "fcTL", FATE_FRAME },  { "fdAT", FATE_FRAME_DATA },
};

struct png {
	struct job *j;
	uint8_t head[8]; /* length and type of the chunk at hand */
	uint32_t length;
	int64_t announced; /* frames by acTL, 0 = a still */
	int64_t frames;    /* fcTL seen */
	bool header, data, end;
};

static enum fate fate_of(const uint8_t *type)
{
	for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
		if (memcmp(chunks[i].type, type, 4) == 0) {
			return chunks[i].fate;
		}
	}
	return FATE_DROP;
}

static bool take_crc(struct job *j, uint8_t crc[4])
{
	uint32_t want = j->crc;

	j->summing = false;
	if (!job_take(j, crc, 4)) {
		return false;
	}
	return j->limits->ignore_checksums || be32(crc) == want || job_broken(j);
}

static bool check_crc(struct job *j)
{
	uint8_t crc[4];

	return take_crc(j, crc);
}

static bool pass_crc(struct job *j)
{
	uint8_t crc[4];

	return take_crc(j, crc) && job_put(j, crc, sizeof crc);
}

static bool keep(struct png *p)
{
	return job_put(p->j, p->head, sizeof p->head) && job_pass(p->j, p->length) &&
	       pass_crc(p->j);
}

static bool drop(struct png *p)
{
	return job_skip(p->j, p->length) && check_crc(p->j);
}

/* A chunk of fixed length, put back after it was looked at. */
static bool take_fixed(struct png *p, uint8_t *bytes, uint32_t length)
{
	if (p->length != length) {
		return job_broken(p->j);
	}
	return job_take(p->j, bytes, length) && job_put(p->j, p->head, sizeof p->head) &&
	       job_put(p->j, bytes, length) && pass_crc(p->j);
}

static bool header(struct png *p)
{
	/* Which bit depths a colour type may have: bit n for depth n. */
	static const uint32_t depths[7] = {
		[0] = 1u << 1 | 1u << 2 | 1u << 4 | 1u << 8 | 1u << 16,
		[2] = 1u << 8 | 1u << 16,
		[3] = 1u << 1 | 1u << 2 | 1u << 4 | 1u << 8,
		[4] = 1u << 8 | 1u << 16,
		[6] = 1u << 8 | 1u << 16,
	};
	uint8_t h[13];

	if (p->header || !take_fixed(p, h, sizeof h)) {
		return job_broken(p->j);
	}
	p->header = true;
	bool sound = h[8] <= 16 && h[9] < 7 && (depths[h[9]] >> h[8] & 1) && h[10] == 0 &&
		     h[11] == 0 && h[12] < 2;
	return sound ? job_canvas(p->j, be32(h), be32(h + 4)) : job_broken(p->j);
}

static bool animation(struct png *p)
{
	uint8_t a[8];

	if (p->announced || p->data) {
		return drop(p);
	}
	if (!take_fixed(p, a, sizeof a)) {
		return false;
	}
	p->announced = be32(a);
	return p->announced ? job_frames(p->j, p->announced) : job_broken(p->j);
}

static bool frame(struct png *p)
{
	uint8_t f[26];
	const struct media *m = p->j->m;

	if (!p->announced) {
		return drop(p);
	}
	if (!take_fixed(p, f, sizeof f)) {
		return false;
	}
	uint64_t w = be32(f + 4), h = be32(f + 8), x = be32(f + 12), y = be32(f + 16);
	bool inside =
		w && h && x + w <= (uint64_t)m->width && y + h <= (uint64_t)m->height;
	return (inside && ++p->frames <= p->announced) || job_broken(p->j);
}

static bool exif(struct png *p)
{
	uint8_t tiff[4096], small[8 + EXIF_BYTES];
	struct job *j = p->j;
	size_t n = p->length < sizeof tiff ? p->length : sizeof tiff;

	if (!job_take(j, tiff, n) || !job_skip(j, p->length - n) || !check_crc(j)) {
		return false;
	}
	int orientation = exif_orientation(tiff, n);
	if (orientation == 1 || j->m->orientation != 1) {
		return true;
	}
	j->m->orientation = orientation;
	put_be32(small, EXIF_BYTES);
	memcpy(small + 4, "eXIf", 4);
	exif_write(orientation, small + 8);
	return job_put(j, small, sizeof small) &&
	       job_put_crc(j, small + 4, 4 + EXIF_BYTES);
}

static bool chunk(struct png *p)
{
	enum fate fate = fate_of(p->head + 4);

	if ((fate == FATE_HEADER) == p->header) {
		return job_broken(p->j); /* it comes first, and once */
	}
	switch (fate) {
	case FATE_HEADER:
		return header(p);
	case FATE_EXIF:
		return exif(p);
	case FATE_ANIMATION:
		return animation(p);
	case FATE_FRAME:
		return frame(p);
	case FATE_FRAME_DATA:
		return p->frames ? keep(p) : drop(p);
	case FATE_DATA:
		p->data = true;
		return keep(p);
	case FATE_END:
		p->end = true;
		return p->length == 0 ? keep(p) : job_broken(p->j);
	case FATE_KEEP:
		return keep(p);
	case FATE_DROP:
		break;
	}
	/* A capital first letter: no picture without it. */
	return p->head[4] & 0x20 ? drop(p) : job_broken(p->j);
}

static bool is_type(const uint8_t *t)
{
	for (int i = 0; i < 4; i++) {
		uint8_t letter = t[i] | 0x20;
		if (letter < 'a' || letter > 'z') {
			return false;
		}
	}
	return true;
}

bool png_copy(struct job *j)
{
	struct png p = { .j = j };

	if (!job_pass(j, 8)) {
		return false;
	}
	while (!p.end) {
		if (!job_take(j, p.head, 4)) {
			return false;
		}
		j->crc = 0;
		j->summing = true;
		if (!job_take(j, p.head + 4, 4)) {
			return false;
		}
		p.length = be32(p.head);
		if (p.length > MAX_CHUNK || !is_type(p.head + 4)) {
			return job_broken(j);
		}
		if (!chunk(&p)) {
			return job_broken(j);
		}
	}
	if (!p.data || p.frames != p.announced) {
		return job_broken(j);
	}
	j->m->animated = p.announced > 1;
	return true;
}
