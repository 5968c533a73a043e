/* tail.h - the thread that reads the event log and hands what is new to the loop. */
#ifndef PALABRE_HUB_TAIL_H
#define PALABRE_HUB_TAIL_H

#include "base/conf.h"
#include "chat/log.h"
#include "hub/entry.h"
#include "hub/mailbox.h"

/* What the tail posts: entries to deliver in this order, and where the log stands then.
 */
struct tail_news {
	struct mail mail;
	struct batch batch;
	char epoch[LOG_EPOCH_MAX + 1];
	int64_t settled; /* after the whole batch */
	int64_t purged;
	bool restart; /* first news, or another epoch: forget everything before */
};

/* Starts the thread. deliver gets each struct tail_news in the loop and frees it,
 * deliver_fleeting each struct fleeting_news. */
struct tail;

struct tail *tail_start(const struct conf *conf, struct mailbox *box,
			void (*deliver)(struct mail *mail, void *hub),
			void (*deliver_fleeting)(struct mail *mail, void *hub));

/* From the loop: look at once whether it is still the same log. */
void tail_nudge(struct tail *t);

#endif
