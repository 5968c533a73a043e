/* presence.h - the thread that keeps users online while they have a stream here, and
 * tells this hub's streams who came, went away, or went. */
#ifndef PALABRE_HUB_PRESENCE_H
#define PALABRE_HUB_PRESENCE_H

#include <stdbool.h>

#include "base/conf.h"
#include "hub/counters.h"
#include "hub/mailbox.h"

struct presence_thread;

/* Starts the thread, which also publishes counters. deliver gets each struct
 * fleeting_news in the loop and frees it. */
struct presence_thread *presence_start(const struct conf *conf,
				       const struct counters *counters,
				       struct mailbox *box,
				       void (*deliver)(struct mail *mail, void *hub));

/* From the loop: the user's first stream came, or the last one went. */
void presence_note(struct presence_thread *t, int64_t user, bool here);

#endif
