/* range.h - the part of a file that is asked for, and whether it is at all (RFC 9110). */
#ifndef PALABRE_HTTP_RANGE_H
#define PALABRE_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum range {
	RANGE_WHOLE, /* none asked for, or several, or none that we understand */
	RANGE_PART,
	RANGE_OUTSIDE, /* 416 */
};

/* Of a Range header (§14.2) and a file of size bytes. */
enum range range_parse(struct str header, int64_t size, int64_t *at, int64_t *len);

/* Does If-None-Match (§13.1.2) name this tag, quotes included, or any? */
bool range_tag_listed(struct str header, struct str tag);

#endif
