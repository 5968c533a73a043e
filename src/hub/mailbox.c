/* mailbox.c - how the other threads hand things to the loop. */
#include "hub/mailbox.h"

#include <stddef.h>

void mailbox_take(struct mailbox *box)
{
	struct mail *mail;

	pthread_mutex_lock(&box->lock);
	mail = box->first;
	box->first = NULL;
	box->last = &box->first;
	pthread_mutex_unlock(&box->lock);
	while (mail) {
		struct mail *next = mail->next;
		mail->deliver(mail, box->hub);
		mail = next;
	}
}

static void on_ring(struct ev_loop *loop, ev_async *w, int events)
{
	(void)loop;
	(void)events;
	mailbox_take(w->data);
}

void mailbox_init(struct mailbox *box, struct ev_loop *loop, void *hub)
{
	pthread_mutex_init(&box->lock, NULL);
	box->first = NULL;
	box->last = &box->first;
	box->loop = loop;
	box->hub = hub;
	ev_async_init(&box->ring, on_ring);
	box->ring.data = box;
	ev_async_start(loop, &box->ring);
}

void mailbox_post(struct mailbox *box, struct mail *mail)
{
	mail->next = NULL;
	pthread_mutex_lock(&box->lock);
	*box->last = mail;
	box->last = &mail->next;
	pthread_mutex_unlock(&box->lock);
	ev_async_send(box->loop, &box->ring);
}
