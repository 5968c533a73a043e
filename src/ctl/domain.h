/* domain.h - the commands' way into the domain, as an admin. */
#ifndef PALABRE_CTL_DOMAIN_H
#define PALABRE_CTL_DOMAIN_H

#include "chat/user.h"
#include "ctl/ctl.h"

/* Fills chat for a call of the domain by an admin who is nobody in particular. */
enum result ctl_chat(struct ctl *c, struct chat *chat);

/* Wakes the hub where the log grew, and tells what failed. what names the thing. */
enum ctl_exit ctl_chat_done(struct ctl *c, const struct chat *chat, enum result r,
			    const char *what);

/* The account of that name, or of "#ID". Fills chat too. */
enum result ctl_find_user(struct ctl *c, struct chat *chat, struct str name,
			  struct user *user);

#endif
