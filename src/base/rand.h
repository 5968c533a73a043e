/* rand.h - random bytes from the kernel. */
#ifndef PALABRE_BASE_RAND_H
#define PALABRE_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

/* Fills out from getrandom(2); a kernel that can't give any ends the process. */
void rand_bytes(void *out, size_t len);

/* Uniform in 0 … below-1; for jitter, and good enough for that alone. */
uint32_t rand_below(uint32_t below);

#endif
