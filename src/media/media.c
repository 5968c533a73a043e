/* media.c - which kind a picture is of, by its first bytes, and the copy of it. */
#include "media/media.h"

#include <stdlib.h>

#include "base/die.h"
#include "media/job.h"

static const struct {
	const char *name;
	const char *extension;
	bool (*copy)(struct job *j);
} types[MEDIA_TYPES] = {
	[MEDIA_PNG] = { "image/png", "png", png_copy },
	[MEDIA_JPEG] = { "image/jpeg", "jpg", jpeg_copy },
	[MEDIA_GIF] = { "image/gif", "gif", gif_copy },
	[MEDIA_WEBP] = { "image/webp", "webp", webp_copy },
	[MEDIA_PLAIN] = { "application/octet-stream", "bin", plain_copy },
};

const char *media_type_name(enum media_type type)
{
	return type < MEDIA_TYPES ? types[type].name : NULL;
}

const char *media_type_extension(enum media_type type)
{
	return type < MEDIA_TYPES ? types[type].extension : NULL;
}

/* Looks at the first bytes, of which there may be fewer than any picture has. */
static enum media_type sniff(struct job *j)
{
	if (!job_need(j, 12)) {
		return MEDIA_NONE;
	}
	const uint8_t *p = j->in + j->at;
	if (memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0) {
		return MEDIA_PNG;
	}
	if (memcmp(p, "\xff\xd8\xff", 3) == 0) {
		return MEDIA_JPEG;
	}
	if (memcmp(p, "GIF87a", 6) == 0 || memcmp(p, "GIF89a", 6) == 0) {
		return MEDIA_GIF;
	}
	if (memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "WEBP", 4) == 0) {
		return MEDIA_WEBP;
	}
	return MEDIA_NONE;
}

static void finish(struct job *j)
{
	struct media *m = j->m;

	if (m->orientation >= 5) { /* on its side */
		int64_t width = m->width;
		m->width = m->height;
		m->height = width;
	}
	m->frames = m->frames ? m->frames : 1;
	m->size = j->written;
}

static void run(struct job *j)
{
	j->m->type = sniff(j);
	bool known = j->m->type != MEDIA_NONE;

	/* E_FIELD: shorter than any picture. */
	if (!known && j->limits->any && (j->result == OK || j->result == E_FIELD)) {
		j->result = OK;
		j->fault = (struct media_fault){ 0 };
		j->m->type = MEDIA_PLAIN;
		known = true;
	}
	if (!known && (j->result == OK || j->result == E_FIELD)) {
		j->result = E_MEDIA;
		j->fault = (struct media_fault){
			"not_a_picture",
			"Only PNG, JPEG, GIF and WebP pictures are taken."
		};
	} else if (known && types[j->m->type].copy(j) && job_flush(j)) {
		finish(j);
	}
	if (j->result == E_TOO_LARGE) {
		j->fault = (struct media_fault){ "too_large", "The file is too large." };
	}
}

enum result media_copy(const struct media_limits *limits, media_read read, void *read_arg,
		       media_write write, void *write_arg, struct media *out,
		       struct media_fault *fault)
{
	struct job *j = die_if_null(calloc(1, sizeof *j));

	*out = (struct media){ .orientation = 1 };
	j->limits = limits;
	j->read = read;
	j->read_arg = read_arg;
	j->write = write;
	j->write_arg = write_arg;
	j->m = out;
	run(j);
	enum result r = j->result;
	*fault = j->fault;
	free(j);
	return r;
}
