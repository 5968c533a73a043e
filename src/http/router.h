/* router.h - matching a path against a pattern. */
#ifndef PALABRE_HTTP_ROUTER_H
#define PALABRE_HTTP_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define ROUTE_MAX_IDS 2

/*
 * Is path of the form of pattern ("rooms/{id}/messages/{seq}")? {…} stands for a number
 * from 1 to 2^53 - 1, put into ids in order, except {token}, which stands for one segment
 * of A-Z a-z 0-9 _ - and is put into *token. No slash at the end.
 */
bool router_match(const char *pattern, struct str path, int64_t ids[ROUTE_MAX_IDS],
		  struct str *token);

#endif
