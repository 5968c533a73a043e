/* jpeg.c - JPEG (ITU-T T.81, annex B): markers, each with a segment, and scans. */
#include "media/exif.h"
#include "media/job.h"

enum {
	SOF0 = 0xc0,
	SOF1 = 0xc1,
	SOF2 = 0xc2,
	DHT = 0xc4,
	JPG = 0xc8,
	DAC = 0xcc,
	RST0 = 0xd0,
	RST7 = 0xd7,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DNL = 0xdc,
	DRI = 0xdd,
	APP0 = 0xe0,
	APP1 = 0xe1,
	APP2 = 0xe2,
	APP14 = 0xee,
	APP15 = 0xef,
	COM = 0xfe,
};

/* A progressive picture has about ten; thousands are an attack on decoders. */
#define MAX_SCANS 200

#define JFIF_BYTES 14
#define ADOBE_BYTES 12
#define ICC_NAME 12

struct jpeg {
	struct job *j;
	uint32_t length; /* of the segment's content */
	bool frame, exif, end;
	int scans;
};

static bool put_marker(struct job *j, int marker, uint32_t length)
{
	uint8_t head[4] = { 0xff, (uint8_t)marker, (uint8_t)((length + 2) >> 8),
			    (uint8_t)(length + 2) };

	return job_put(j, head, sizeof head);
}

static bool keep(struct jpeg *g, int marker)
{
	return put_marker(g->j, marker, g->length) && job_pass(g->j, g->length);
}

/* The frame's header tells the size. One that comes later in the file (DNL) is refused.
 */
static bool frame(struct jpeg *g, int marker)
{
	uint8_t f[6];

	if (g->frame || g->length < 9 || !job_take(g->j, f, sizeof f)) {
		return job_broken(g->j);
	}
	g->frame = true;
	if (f[5] == 0 || f[5] > 4 || g->length != 6u + 3u * f[5]) {
		return job_broken(g->j);
	}
	return job_canvas(g->j, be16(f + 3), be16(f + 1)) &&
	       put_marker(g->j, marker, g->length) && job_put(g->j, f, sizeof f) &&
	       job_pass(g->j, g->length - sizeof f);
}

/* Keeps the first kept bytes of a segment that starts with name, and drops others. */
static bool keep_start(struct jpeg *g, int marker, const char *name, uint32_t kept)
{
	struct job *j = g->j;

	if (g->length < kept || !job_need(j, kept) ||
	    memcmp(j->in + j->at, name, strlen(name)) != 0) {
		return j->result == OK && job_skip(j, g->length);
	}
	return put_marker(j, marker, kept) && job_pass(j, kept) &&
	       job_skip(j, g->length - kept);
}

/* JFIF without the small picture that may stand in it. */
static bool jfif(struct jpeg *g)
{
	uint8_t b[JFIF_BYTES];

	if (g->length < sizeof b) {
		return job_skip(g->j, g->length);
	}
	if (!job_take(g->j, b, sizeof b) || !job_skip(g->j, g->length - sizeof b)) {
		return false;
	}
	if (memcmp(b, "JFIF", 5) != 0) {
		return true;
	}
	b[12] = b[13] = 0;
	return put_marker(g->j, APP0, sizeof b) && job_put(g->j, b, sizeof b);
}

static bool exif(struct jpeg *g)
{
	static const char name[6] = "Exif\0";
	struct job *j = g->j;
	uint8_t small[sizeof name + EXIF_BYTES];
	size_t n = g->length;

	/* A segment is shorter than the buffer. */
	if (n <= sizeof name || !job_need(j, n) ||
	    memcmp(j->in + j->at, name, sizeof name) != 0) {
		return j->result == OK && job_skip(j, n);
	}
	int orientation = exif_orientation(j->in + j->at + sizeof name, n - sizeof name);
	if (!job_skip(j, n) || orientation == 1 || g->exif) {
		return j->result == OK;
	}
	g->exif = true;
	j->m->orientation = orientation;
	memcpy(small, name, sizeof name);
	exif_write(orientation, small + sizeof name);
	return put_marker(j, APP1, sizeof small) && job_put(j, small, sizeof small);
}

static bool colours(struct jpeg *g)
{
	struct job *j = g->j;

	if (g->length <= ICC_NAME || !job_need(j, ICC_NAME) ||
	    memcmp(j->in + j->at, "ICC_PROFILE", ICC_NAME) != 0) {
		return j->result == OK && job_skip(j, g->length);
	}
	return keep(g, APP2);
}

/* Copies a scan; the marker behind it, -1 where the picture ends before. */
static int scan(struct job *j)
{
	for (;;) {
		if (!job_need(j, 2)) {
			return -1;
		}
		const uint8_t *p = j->in + j->at;
		size_t n = j->end - j->at, i = 0;
		int marker = -1;
		while (i + 1 < n) {
			const uint8_t *ff = memchr(p + i, 0xff, n - 1 - i);
			if (!ff) {
				i = n - 1;
				break;
			}
			i = (size_t)(ff - p);
			if (p[i + 1] != 0 && (p[i + 1] < RST0 || p[i + 1] > RST7)) {
				marker = p[i + 1];
				break;
			}
			i += 2;
		}
		if (!job_put(j, p, i)) {
			return -1;
		}
		j->at += i;
		if (marker == 0xff) {
			j->at++; /* a fill byte */
		} else if (marker >= 0) {
			j->at += 2;
			return marker;
		}
	}
}

static int next_marker(struct job *j)
{
	uint8_t b[1];

	if (!job_take(j, b, 1) || b[0] != 0xff) {
		return -1;
	}
	do {
		if (!job_take(j, b, 1)) {
			return -1;
		}
	} while (b[0] == 0xff);
	return b[0];
}

static bool take_length(struct jpeg *g)
{
	uint8_t b[2];

	if (!job_take(g->j, b, sizeof b) || be16(b) < 2) {
		return job_broken(g->j);
	}
	g->length = be16(b) - 2;
	return true;
}

static bool segment(struct jpeg *g, int marker)
{
	switch (marker) {
	case SOF0:
	case SOF1:
	case SOF2:
		return frame(g, marker);
	case DHT:
	case DQT:
	case DRI:
		return keep(g, marker);
	case APP0:
		return jfif(g);
	case APP1:
		return exif(g);
	case APP2:
		return colours(g);
	case APP14:
		return keep_start(g, marker, "Adobe", ADOBE_BYTES);
	default:
		break;
	}
	bool dropped = (marker >= APP0 && marker <= APP15) || marker == COM ||
		       (marker >= 0xf0 && marker <= 0xfd);
	/* Lossless, arithmetic, hierarchical: no browser shows it. */
	return dropped ? job_skip(g->j, g->length) : job_broken(g->j);
}

/* Deals with a marker; the next one, -1 where there is none. */
static int step(struct jpeg *g, int marker)
{
	struct job *j = g->j;

	if (marker == EOI) {
		static const uint8_t end[] = { 0xff, EOI };
		g->end = g->scans && job_put(j, end, sizeof end);
		return -1;
	}
	if (marker < SOF0 || (marker >= RST0 && marker <= SOI) || !take_length(g)) {
		return -1;
	}
	if (marker != SOS) {
		return segment(g, marker) ? next_marker(j) : -1;
	}
	if (!g->frame || ++g->scans > MAX_SCANS || !keep(g, SOS)) {
		return -1;
	}
	return scan(j);
}

bool jpeg_copy(struct job *j)
{
	struct jpeg g = { .j = j };

	if (!job_pass(j, 2)) {
		return false;
	}
	for (int marker = next_marker(j); marker >= 0;) {
		marker = step(&g, marker);
	}
	return g.end || job_broken(j);
}
