/* gif.c - GIF (version 89a, CompuServe 1990): blocks, of which some hold a frame. */
#include "media/job.h"

enum {
	BLOCK_EXTENSION = 0x21,
	BLOCK_IMAGE = 0x2c,
	BLOCK_TRAILER = 0x3b,
	LABEL_CONTROL = 0xf9,
	LABEL_APPLICATION = 0xff,
};

#define APPLICATION_BYTES 11

/* Bytes of the colour table that a packed field announces. */
static uint64_t table_bytes(uint8_t packed)
{
	return packed & 0x80 ? 3u << ((packed & 7) + 1) : 0;
}

/* Sub-blocks up to the empty one. */
static bool sub_blocks(struct job *j, bool keep)
{
	uint8_t n;

	do {
		if (!job_take(j, &n, 1) || (keep && !job_put(j, &n, 1))) {
			return false;
		}
		if (!(keep ? job_pass(j, n) : job_skip(j, n))) {
			return false;
		}
	} while (n);
	return true;
}

/* Loops and the colour profile stay; XMP and whatever else goes. */
static bool application(struct job *j)
{
	static const char *const kept[] = { "NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012" };
	uint8_t head[3 + APPLICATION_BYTES] = { BLOCK_EXTENSION, LABEL_APPLICATION };

	if (!job_take(j, head + 2, 1)) {
		return false;
	}
	if (head[2] != APPLICATION_BYTES) {
		return job_skip(j, head[2]) && (head[2] == 0 || sub_blocks(j, false));
	}
	if (!job_take(j, head + 3, APPLICATION_BYTES)) {
		return false;
	}
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		if (memcmp(head + 3, kept[i], APPLICATION_BYTES) == 0) {
			return job_put(j, head, sizeof head) && sub_blocks(j, true);
		}
	}
	return sub_blocks(j, false);
}

static bool extension(struct job *j)
{
	uint8_t head[2] = { BLOCK_EXTENSION };

	if (!job_take(j, head + 1, 1)) {
		return false;
	}
	if (head[1] == LABEL_APPLICATION) {
		return application(j);
	}
	if (head[1] == LABEL_CONTROL) {
		return job_put(j, head, sizeof head) && sub_blocks(j, true);
	}
	return sub_blocks(j, false); /* comments, plain text */
}

static bool image(struct job *j, int64_t number)
{
	uint8_t head[10] = { BLOCK_IMAGE }, code_size;

	if (!job_take(j, head + 1, sizeof head - 1)) {
		return false;
	}
	int64_t w = le16(head + 5), h = le16(head + 7);
	if (w == 0 || h == 0) {
		return job_broken(j);
	}
	if (w * h > j->limits->pixels) {
		return job_refuse(j, "too_many_pixels",
				  "The picture has too many pixels.");
	}
	if (!job_frames(j, number) || !job_put(j, head, sizeof head) ||
	    !job_pass(j, table_bytes(head[9])) || !job_take(j, &code_size, 1)) {
		return false;
	}
	if (code_size < 2 || code_size > 11) {
		return job_broken(j);
	}
	return job_put(j, &code_size, 1) && sub_blocks(j, true);
}

bool gif_copy(struct job *j)
{
	uint8_t head[13], block;
	int64_t frames = 0;

	if (!job_take(j, head, sizeof head) ||
	    !job_canvas(j, le16(head + 6), le16(head + 8)) ||
	    !job_put(j, head, sizeof head) || !job_pass(j, table_bytes(head[10]))) {
		return false;
	}
	for (;;) {
		if (!job_take(j, &block, 1)) {
			return false;
		}
		bool good = false;
		if (block == BLOCK_TRAILER) {
			j->m->animated = frames > 1;
			return frames ? job_put(j, &block, 1) : job_broken(j);
		}
		if (block == BLOCK_EXTENSION) {
			good = extension(j);
		} else if (block == BLOCK_IMAGE) {
			good = image(j, ++frames);
		}
		if (!good) {
			return job_broken(j);
		}
	}
}
