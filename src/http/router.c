/* router.c - matching a path against a pattern. */
#include "http/router.h"

/* The largest number that JSON readers hold exactly. */
#define MAX_ID 9007199254740991

static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			  (c >= '0' && c <= '9') || c == '_' || c == '-';
		if (!ok) {
			return false;
		}
	}
	return s.len > 0;
}

bool router_match(const char *pattern, struct str path, int64_t ids[ROUTE_MAX_IDS],
		  struct str *token)
{
	struct str want = str_from(pattern);
	int n = 0;

	while (want.ptr && path.ptr) {
		struct str w = str_split(&want, '/');
		struct str p = str_split(&path, '/');
		if (str_eq(w, STR("{token}"))) {
			if (!is_token(p)) {
				return false;
			}
			*token = p;
		} else if (w.len && w.ptr[0] == '{') {
			if (n == ROUTE_MAX_IDS || (p.len > 1 && p.ptr[0] == '0') ||
			    !str_to_int(p, 1, MAX_ID, &ids[n])) {
				return false;
			}
			n++;
		} else if (!str_eq(w, p)) {
			return false;
		}
	}
	return !want.ptr && !path.ptr;
}
