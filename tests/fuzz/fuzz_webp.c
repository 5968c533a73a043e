/* fuzz_webp.c - any bytes as a WEBP file: what is taken is clean, and stays as it is. */
#include "../unit/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *mem = talloc_new(NULL);
	struct picture a = picture_copy(mem, data, size, 0, true);

	if (a.result == OK) {
		struct picture b = picture_copy(mem, a.out.ptr, a.out.len, 13, true);
		if (b.result != OK || !str_eq(buf_str(&a.out), buf_str(&b.out)) ||
		    a.out.len > size + 64 || a.media.size != (int64_t)a.out.len) {
			abort();
		}
	}
	talloc_free(mem);
	return 0;
}
