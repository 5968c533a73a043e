/* fuzz_json_in.c - what json_in lets pass is strict JSON, by rules that it does not
 * share. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "http/json_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t depth_of(struct json_object *o)
{
	size_t deepest = 0;

	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value)
		{
			size_t d = depth_of(value);
			if (!utf8_valid(str_from(key))) {
				abort();
			}
			deepest = d > deepest ? d : deepest;
		}
		return deepest + 1;
	}
	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++) {
			size_t d = depth_of(json_object_array_get_idx(o, i));
			deepest = d > deepest ? d : deepest;
		}
		return deepest + 1;
	}
	if (json_object_is_type(o, json_type_string)) {
		struct str s = { json_object_get_string(o),
				 (size_t)json_object_get_string_len(o) };
		if (!utf8_valid(s)) {
			abort();
		}
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as long as it is: reading past its end is seen. */
	char *copy = malloc(size + !size);
	memcpy(copy, data, size);
	struct json_object *o = json_in_parse((struct str){ copy, size });

	if (o) {
		if (!json_object_is_type(o, json_type_object) ||
		    depth_of(o) > JSON_MAX_DEPTH || memchr(data, '\0', size) ||
		    !utf8_valid((struct str){ copy, size })) {
			abort();
		}
		json_object_put(o);
	}
	free(copy);
	return 0;
}
