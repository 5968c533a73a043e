/* range.c - the part of a file that is asked for, and whether it is at all. */
#include "http/range.h"

enum range range_parse(struct str header, int64_t size, int64_t *at, int64_t *len)
{
	struct str rest = header;
	struct str unit = str_trim(str_split(&rest, '='));
	int64_t first = 0, last = size - 1;

	if (!header.ptr || !rest.ptr || !str_eq_nocase(unit, STR("bytes")) ||
	    str_index(rest, ',') < rest.len || str_index(rest, '-') == rest.len) {
		return RANGE_WHOLE;
	}
	struct str from = str_trim(str_split(&rest, '-'));
	struct str to = str_trim(rest);
	if (from.len == 0) { /* so many from the end */
		int64_t tail;
		if (!str_to_int(to, 0, INT64_MAX, &tail)) {
			return RANGE_WHOLE;
		}
		first = tail > size ? 0 : size - tail;
	} else if (!str_to_int(from, 0, INT64_MAX, &first)) {
		return RANGE_WHOLE;
	} else if (to.len && (!str_to_int(to, 0, INT64_MAX, &last) || last < first)) {
		return RANGE_WHOLE;
	}
	if (first >= size) {
		return RANGE_OUTSIDE;
	}
	*at = first;
	*len = (last < size ? last : size - 1) - first + 1;
	return RANGE_PART;
}

bool range_tag_listed(struct str header, struct str tag)
{
	struct str rest = header;

	while (rest.ptr) {
		struct str one = str_trim(str_split(&rest, ','));
		if (str_starts(one, STR("W/"))) {
			one = str_from_at(one, 2);
		}
		if (str_eq(one, tag) || str_eq(one, STR("*"))) {
			return true;
		}
	}
	return false;
}
