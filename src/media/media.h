/* media.h - pictures from outside: what they are, and a copy without what nobody needs.
 *
 * Nothing is decoded here. Each container (PNG, JPEG, GIF, WebP) is read once from its
 * beginning to its end, piece by piece; what a picture is made of is copied, and what
 * tells where and by whom it was taken is left out: EXIF, GPS, XMP, comments, previews,
 * and anything behind the end. The colour profile stays, the animation too, and the
 * orientation as an EXIF block that holds nothing else.
 */
#ifndef PALABRE_MEDIA_MEDIA_H
#define PALABRE_MEDIA_MEDIA_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/result.h"

/* The values stand in the database: never renumber. */
enum media_type {
	MEDIA_NONE = 0,
	MEDIA_PNG = 1,
	MEDIA_JPEG = 2,
	MEDIA_GIF = 3,
	MEDIA_WEBP = 4,
	MEDIA_PLAIN = 5, /* anything else, where the admin allows it: never shown */
	MEDIA_TYPES
};

/* "image/png" … ; and "png" … ; NULL for none. */
const char *media_type_name(enum media_type type);
const char *media_type_extension(enum media_type type);

struct media_limits {
	int64_t bytes;         /* of the file as sent */
	int64_t pixels;        /* of the canvas, and of each frame */
	int64_t frames;        /* of an animation */
	int64_t frame_pixels;  /* canvas × frames */
	bool any;              /* what is no picture is taken, too, as it is */
	bool ignore_checksums; /* for fuzzing: no fuzzer guesses a CRC */
};

/* Up to len bytes; 0 at the end, -1 when there is nobody to give them any more. */
typedef ssize_t (*media_read)(void *arg, char *out, size_t len);

/* Takes bytes at a place of the copy, nearly always its end. False ends everything. */
typedef bool (*media_write)(void *arg, int64_t at, const void *bytes, size_t len);

struct media {
	enum media_type type;
	int64_t width, height; /* as they are to be seen: turned by the orientation */
	int64_t frames;
	bool animated;
	int orientation; /* 1 … 8 as in EXIF, 1 = upright */
	int64_t size;    /* of the copy */
};

struct media_fault {
	const char *code;    /* "picture_broken" */
	const char *message; /* a sentence for a person */
};

/*
 * Reads a picture and writes the copy. E_MEDIA: none of the kinds we take. E_FIELD:
 * broken, or over a limit other than bytes. E_TOO_LARGE: over limits->bytes. E_INVALID:
 * the reader gave up. E_FULL: the writer did. fault is filled in for E_MEDIA, E_FIELD,
 * E_TOO_LARGE.
 */
enum result media_copy(const struct media_limits *limits, media_read read, void *read_arg,
		       media_write write, void *write_arg, struct media *out,
		       struct media_fault *fault);

#endif
