/* app.h - what a program has for its whole life; handed to everything instead of globals.
 */
#ifndef PALABRE_API_APP_H
#define PALABRE_API_APP_H

#include "base/conf.h"
#include "chat/page_cache.h"
#include "chat/room_cache.h"
#include "db/db.h"

struct app {
	const struct conf *conf;
	struct db *db;
	struct room_cache *rooms;
	struct page_cache *pages;
	int wake_fd; /* of wake_sender(); -1 = none */
};

#endif
