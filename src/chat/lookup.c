/* lookup.c - many ids at once: as a JSON array for a query, and the users behind them. */
#include "chat/lookup.h"

#include <talloc.h>

#include "base/buf.h"
#include "base/die.h"

/* 20 digits and a comma. */
#define ID_BYTES 21

void id_list_add(const void *mem, struct id_list *list, int64_t id)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->at[i] == id) {
			return;
		}
	}
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 8;
		list->at = die_if_null(talloc_realloc_size(
			mem, list->at, list->room * sizeof *list->at));
	}
	list->at[list->count++] = id;
}

struct str id_list_json(const void *mem, const struct id_list *list)
{
	struct buf b;

	buf_init(&b, mem, list->count * ID_BYTES + 2);
	buf_add_lit(&b, "[");
	for (size_t i = 0; i < list->count; i++) {
		if (i) {
			buf_add_lit(&b, ",");
		}
		buf_add_int(&b, list->at[i]);
	}
	buf_add_lit(&b, "]");
	return buf_str(&b);
}

enum result lookup_users(struct db *db, const void *mem, const struct id_list *ids,
			 struct user_list *out)
{
	struct row_user *rows;

	*out = (struct user_list){ 0 };
	if (ids->count == 0) {
		return OK;
	}
	enum result r =
		q_member_users(db, mem, id_list_json(mem, ids), &rows, &out->count);
	if (r != OK) {
		return r;
	}
	out->at = die_if_null(
		talloc_array_size(mem, sizeof *out->at, (unsigned)out->count + 1));
	for (size_t i = 0; i < out->count; i++) {
		out->at[i] = user_from_row(&rows[i]);
	}
	return OK;
}

struct user *user_list_find(const struct user_list *list, int64_t id)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->at[i].id == id) {
			return &list->at[i];
		}
	}
	return NULL;
}
