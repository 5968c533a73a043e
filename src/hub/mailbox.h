/* mailbox.h - how the other threads hand things to the loop. */
#ifndef PALABRE_HUB_MAILBOX_H
#define PALABRE_HUB_MAILBOX_H

#include <ev.h>
#include <pthread.h>

/* Stands first in whatever is handed over. */
struct mail {
	struct mail *next;
	/* Runs in the loop; owns the mail. */
	void (*deliver)(struct mail *mail, void *hub);
};

struct mailbox {
	pthread_mutex_t lock;
	struct mail *first, **last;
	struct ev_loop *loop;
	ev_async ring;
	void *hub;
};

/* Starts taking mail for the loop. hub is passed on to each delivery. */
void mailbox_init(struct mailbox *box, struct ev_loop *loop, void *hub);

/* Delivers at once what was posted so far. */
void mailbox_take(struct mailbox *box);

/* From any thread. Delivered in the order posted. */
void mailbox_post(struct mailbox *box, struct mail *mail);

#endif
