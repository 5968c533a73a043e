/* fuzz_cursor.c - cursors: whatever comes in, what is read is a place, and is written
 * back so. */
#include <stdlib.h>
#include <string.h>

#include "chat/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + !size);
	char out[LOG_CURSOR_SIZE];
	struct str epoch, again;
	int64_t position, same;

	memcpy(copy, data, size);
	if (log_cursor_read((struct str){ copy, size }, &epoch, &position)) {
		must(position >= 0 && size < LOG_CURSOR_SIZE);
		must(epoch.len > 0 && epoch.len <= LOG_EPOCH_MAX);
		must(!memchr(epoch.ptr, '.', epoch.len));
		if (memchr(epoch.ptr, '\0', epoch.len)) {
			goto out; /* nobody's epoch: it is compared, never written */
		}
		struct str written = log_cursor_write(epoch, position, out);
		must(written.len < LOG_CURSOR_SIZE);
		must(log_cursor_read(written, &again, &same));
		must(str_eq(epoch, again) && same == position);
	}
out:
	free(copy);
	return 0;
}
