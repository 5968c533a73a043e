/* lookup.h - many ids at once: as a JSON array for a query, and the users behind them. */
#ifndef PALABRE_CHAT_LOOKUP_H
#define PALABRE_CHAT_LOOKUP_H

#include "chat/user.h"

/* A list of ids, each at most once. Zeroed is empty. */
struct id_list {
	int64_t *at;
	size_t count;
	size_t room;
};

void id_list_add(const void *mem, struct id_list *list, int64_t id);

/* "[1,2,3]" on mem. */
struct str id_list_json(const void *mem, const struct id_list *list);

struct user_list {
	struct user *at;
	size_t count;
};

/* One query, none for no ids. Unknown ids are left out. */
enum result lookup_users(struct db *db, const void *mem, const struct id_list *ids,
			 struct user_list *out);

/* NULL where it is not among them. */
struct user *user_list_find(const struct user_list *list, int64_t id);

#endif
