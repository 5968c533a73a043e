/* typing.c - POST rooms/{id}/typing: somebody is writing. */
#include "api/handlers.h"
#include "chat/fleeting.h"

enum result api_typing(struct call *c)
{
	enum result r = fleeting_typing(c->chat, c->id[0]);

	json_open_object(&c->reply->json);
	json_close_object(&c->reply->json);
	return r;
}
