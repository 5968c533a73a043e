/* common.h - passwords that everybody tries first. */
#ifndef PALABRE_AUTH_COMMON_H
#define PALABRE_AUTH_COMMON_H

#include <stdbool.h>

#include "base/str.h"

/* How many there are in the list. */
#define COMMON_COUNT 3000

/*
 * Is it one of the 3,000 most common (ASVS 6.2.4)? Upper case counts as lower: who tries
 * "password" tries "Password" too.
 */
bool common_password(struct str password);

/* The list itself, for the test that looks at it. */
const char *common_at(size_t i);

#endif
