/* exif.c - the orientation out of an EXIF block, and a block that holds nothing else. */
#include "media/exif.h"

#include <stdbool.h>
#include <string.h>

#include "media/job.h"

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT 3

static uint32_t get16(const uint8_t *p, bool big)
{
	return big ? be16(p) : le16(p);
}

static uint32_t get32(const uint8_t *p, bool big)
{
	return big ? be32(p) : le32(p);
}

int exif_orientation(const uint8_t *tiff, size_t len)
{
	if (len < 14 ||
	    (memcmp(tiff, "II*\0", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0)) {
		return 1;
	}
	bool big = tiff[0] == 'M';
	size_t at = get32(tiff + 4, big);
	if (at > len - 2) {
		return 1;
	}
	uint32_t entries = get16(tiff + at, big);
	at += 2;
	for (uint32_t i = 0; i < entries && len - at >= 12; i++, at += 12) {
		const uint8_t *e = tiff + at;
		if (get16(e, big) == TAG_ORIENTATION && get16(e + 2, big) == TYPE_SHORT &&
		    get32(e + 4, big) == 1) {
			uint32_t v = get16(e + 8, big);
			return v >= 1 && v <= 8 ? (int)v : 1;
		}
	}
	return 1;
}

void exif_write(int orientation, uint8_t out[EXIF_BYTES])
{
	static const uint8_t block[EXIF_BYTES] = {
		'M', 'M',  0, '*',        0, 0, 0, 8, /* big-endian; the directory is at 8
						       */
		0,   1,                               /* one entry */
		1,   0x12, 0, TYPE_SHORT, 0, 0, 0, 1, 0, 0, 0, 0, /* its value at 18 */
	};

	memcpy(out, block, sizeof block);
	out[19] = (uint8_t)orientation;
}
