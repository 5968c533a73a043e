/* rand.c - random bytes from the kernel. */
#include "base/rand.h"

#include <errno.h>
#include <sys/random.h>

#include "base/die.h"

void rand_bytes(void *out, size_t len)
{
	char *at = out;
	while (len) {
		ssize_t n = getrandom(at, len, 0);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			die("getrandom failed");
		}
		at += n;
		len -= (size_t)n;
	}
}

uint32_t rand_below(uint32_t below)
{
	uint32_t v;
	rand_bytes(&v, sizeof v);
	return below ? v % below : 0;
}
