/* thumb.h - the small picture, made by a program of its own that can do nothing else. */
#ifndef PALABRE_MEDIA_THUMB_H
#define PALABRE_MEDIA_THUMB_H

#include <stddef.h>

#include "media/media.h"

/* The longer side of the small picture, in pixels. */
#define THUMB_SIDE 480

/* No small picture is larger. */
#define THUMB_MAX_BYTES (512u << 10)

/* Its type, whatever the original's. */
#define THUMB_TYPE MEDIA_WEBP

/* Is one needed? Small stills are their own. */
bool thumb_wanted(const struct media *m);

/*
 * Has program (NULL: palabre-thumb beside our own) make it of the picture in fd, into
 * out. The number of bytes; 0 where there is none: the decoder did not like the picture,
 * died of it or took longer than 5 s, or too many are at it. dir is where it is seen how
 * many are (two at once on a host, each up to 512 MiB).
 */
size_t thumb_make(const char *program, const char *dir, const struct media *m, int fd,
		  char out[THUMB_MAX_BYTES]);

#endif
