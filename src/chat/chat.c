/* chat.c - how a function of the domain says what went wrong. */
#include "chat/chat.h"

#include <stddef.h>

enum result chat_fail(struct chat *c, enum result r, const char *code,
		      const char *message, const char *field)
{
	c->fault = (struct chat_fault){
		.code = code,
		.message = message,
		.field = field,
	};
	return r;
}

enum result chat_no_room(struct chat *c)
{
	return chat_fail(c, E_NOT_FOUND, "room_not_found", "There is no such room.",
			 NULL);
}
