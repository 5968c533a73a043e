/*
 * palabre-thumb.c - makes the small picture of one large one, locked up.
 *
 *   palabre-thumb TYPE ORIENTATION < picture > small.webp
 *
 * Decoders are where pictures attack. This program has the picture, a pipe, and memory of
 * its own; from before the first byte is decoded on, the kernel gives it nothing else: no
 * file, no network, no other process. Whoever takes it over can paint a wrong picture.
 */
#include <gd.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "media/media.h"
#include "media/thumb.h"

#define SECONDS 5
#define MEMORY (768u << 20)
#define QUALITY 80

/* What is left of the system: its own memory, its two descriptors, its end. */
static const int allowed[] = {
	SCMP_SYS(read),  SCMP_SYS(write),  SCMP_SYS(lseek),      SCMP_SYS(close),
	SCMP_SYS(brk),   SCMP_SYS(munmap), SCMP_SYS(mremap),     SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(exit),   SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
};

static void limit(int what, rlim_t most)
{
	struct rlimit l = { most, most };

	if (setrlimit(what, &l)) {
		_exit(3);
	}
}

static void lock_up(void)
{
	limit(RLIMIT_AS, MEMORY);
	limit(RLIMIT_CPU, SECONDS);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0); /* pipes are no files */
	limit(RLIMIT_NOFILE, 2);
	limit(RLIMIT_NPROC, 0);
	alarm(SECONDS + 1); /* should nobody be there any more to end us */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) {
		_exit(3);
	}
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int wrong = filter ? 0 : -1;
	for (size_t i = 0; !wrong && i < sizeof allowed / sizeof *allowed; i++) {
		wrong = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	}
	/* Memory, but none that is a file or could be run. */
	wrong = wrong ||
		seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
				 SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
				 SCMP_A4(SCMP_CMP_MASKED_EQ, 0xffffffff, 0xffffffff)) ||
		seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				 SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) ||
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(2), SCMP_SYS(newfstatat), 0) ||
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(2), SCMP_SYS(openat), 0);
	if (wrong || seccomp_load(filter)) {
		_exit(3);
	}
}

static char *read_picture(int *len)
{
	off_t end = lseek(0, 0, SEEK_END);

	if (end <= 0 || end > INT32_MAX / 2 || lseek(0, 0, SEEK_SET) != 0) {
		_exit(1);
	}
	size_t size = (size_t)end, have = 0;
	char *bytes = malloc(size);
	while (bytes && have < size) {
		ssize_t n = read(0, bytes + have, size - have);
		if (n <= 0) {
			_exit(1);
		}
		have += (size_t)n;
	}
	*len = (int)size;
	return bytes;
}

static uint32_t le32(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

/*
 * libgd's decoder knows no animations: what it gets is a file of the first frame alone,
 * its chunks with the header of an extended file before them, made in the place of what
 * came before. Our parser has looked at all sizes; they are held to the file's once more.
 */
static gdImagePtr decode_webp(char *bytes, uint32_t len)
{
	enum { HEAD = 30, FRAME = 24 };
	uint32_t at = 12;

	if (len < 48 || memcmp(bytes + 12, "VP8X", 4) != 0 || !(bytes[20] & 2)) {
		return gdImageCreateFromWebpPtr((int)len, bytes);
	}
	while (at < len - FRAME && memcmp(bytes + at, "ANMF", 4) != 0) {
		uint32_t size = le32(bytes + at + 4);
		if (size > len - at - 8) {
			return NULL;
		}
		at += 8 + size + (size & 1);
	}
	uint32_t size = at < len - FRAME ? le32(bytes + at + 4) : 0;
	if (size <= 16 || size > len - at - 8) {
		return NULL;
	}
	/* The first ANMF lies behind VP8X, so that there is room for the head. */
	char sides[6], *file = bytes + at + FRAME - HEAD;
	uint32_t body = size - 16 + HEAD - 8;
	memcpy(sides, bytes + at + 14, sizeof sides);
	memcpy(file, "RIFF", 4);
	memcpy(file + 4, &body, 4); /* little-endian, as all we run on */
	memcpy(file + 8, "WEBPVP8X\x0a\0\0\0\x10\0\0\0", 16);
	memcpy(file + 24, sides, sizeof sides);
	return gdImageCreateFromWebpPtr((int)(body + 8), file);
}

static gdImagePtr decode(enum media_type type, char *bytes, int len)
{
	switch (type) {
	case MEDIA_PNG:
		return gdImageCreateFromPngPtr(len, bytes);
	case MEDIA_JPEG:
		return gdImageCreateFromJpegPtrEx(len, bytes, 1);
	case MEDIA_GIF:
		return gdImageCreateFromGifPtr(len, bytes);
	case MEDIA_WEBP:
		return decode_webp(bytes, (uint32_t)len);
	default:
		return NULL;
	}
}

struct mean {
	uint64_t r, g, b, opaque, count;
};

/* libgd counts from 0, opaque, to 127. */
static void add_pixel(struct mean *m, int c)
{
	uint64_t opaque = (uint64_t)(gdAlphaMax - gdTrueColorGetAlpha(c));

	m->r += opaque * (uint64_t)gdTrueColorGetRed(c);
	m->g += opaque * (uint64_t)gdTrueColorGetGreen(c);
	m->b += opaque * (uint64_t)gdTrueColorGetBlue(c);
	m->opaque += opaque;
	m->count++;
}

static int mean_of(const struct mean *m)
{
	if (m->opaque == 0) {
		return gdTrueColorAlpha(0, 0, 0, gdAlphaMax);
	}
	return gdTrueColorAlpha((int)(m->r / m->opaque), (int)(m->g / m->opaque),
				(int)(m->b / m->opaque),
				gdAlphaMax - (int)(m->opaque / m->count));
}

/* Each pixel is the mean of those it stands for. */
static gdImagePtr shrink(gdImagePtr from, int width, int height)
{
	gdImagePtr to = gdImageCreateTrueColor(width, height);

	if (!to) {
		return NULL;
	}
	for (int y = 0; y < height; y++) {
		int top = (int)((int64_t)y * from->sy / height);
		int bottom = (int)((int64_t)(y + 1) * from->sy / height);
		for (int x = 0; x < width; x++) {
			int left = (int)((int64_t)x * from->sx / width);
			int right = (int)((int64_t)(x + 1) * from->sx / width);
			struct mean m = { 0 };
			for (int j = top; j < bottom || j == top; j++) {
				for (int i = left; i < right || i == left; i++) {
					add_pixel(&m,
						  gdImageGetTrueColorPixel(from, i, j));
				}
			}
			to->tpixels[y][x] = mean_of(&m);
		}
	}
	return to;
}

/* Upright: EXIF 2.32 §4.6.4, orientation. */
static gdImagePtr turn(gdImagePtr from, int orientation)
{
	int w = from->sx, h = from->sy;
	bool side = orientation >= 5;
	gdImagePtr to = gdImageCreateTrueColor(side ? h : w, side ? w : h);

	for (int y = 0; to && y < to->sy; y++) {
		for (int x = 0; x < to->sx; x++) {
			int i = side ? y : x, j = side ? x : y;
			bool flip_i = orientation == 2 || orientation == 3 ||
				      orientation == 7 || orientation == 8;
			bool flip_j = orientation == 3 || orientation == 4 ||
				      orientation == 6 || orientation == 7;
			to->tpixels[y][x] = from->tpixels[flip_j ? h - 1 - j : j]
							 [flip_i ? w - 1 - i : i];
		}
	}
	return to;
}

static gdImagePtr make(gdImagePtr from, int orientation)
{
	int longer = from->sx > from->sy ? from->sx : from->sy;
	int width = from->sx, height = from->sy;

	if (longer > THUMB_SIDE) {
		width = (int)((int64_t)width * THUMB_SIDE / longer);
		height = (int)((int64_t)height * THUMB_SIDE / longer);
	}
	gdImagePtr small = shrink(from, width ? width : 1, height ? height : 1);
	return small && orientation > 1 ? turn(small, orientation) : small;
}

static bool write_all(const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(1, bytes, len);
		if (n <= 0) {
			return false;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

int main(int argc, char **argv)
{
	int len, made;

	if (argc != 3) {
		return 2;
	}
	enum media_type type = (enum media_type)strtol(argv[1], NULL, 10);
	int orientation = (int)strtol(argv[2], NULL, 10);
	lock_up();
	char *bytes = read_picture(&len);
	gdImagePtr picture = bytes ? decode(type, bytes, len) : NULL;
	gdImagePtr small = picture ? make(picture, orientation) : NULL;
	if (!small) {
		_exit(1);
	}
	gdImageSaveAlpha(small, 1);
	char *out = gdImageWebpPtrEx(small, &made, QUALITY);
	_exit(out && made > 0 && write_all(out, (size_t)made) ? 0 : 1);
}
