/* exif.h - the orientation out of an EXIF block, and a block that holds nothing else. */
#ifndef PALABRE_MEDIA_EXIF_H
#define PALABRE_MEDIA_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* A TIFF header and one directory of one entry. */
#define EXIF_BYTES 26

/* Of a TIFF structure (EXIF 2.32 §4.5); 1 … 8, and 1 where it does not say. */
int exif_orientation(const uint8_t *tiff, size_t len);

void exif_write(int orientation, uint8_t out[EXIF_BYTES]);

#endif
