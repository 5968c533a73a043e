/* secret.h - asking for a password. */
#ifndef PALABRE_CTL_SECRET_H
#define PALABRE_CTL_SECRET_H

#include "ctl/ctl.h"

/*
 * Asked for twice on a terminal, without echo; else the first line of standard input.
 * Never an argument: those can be read by everybody on the host. STR_NONE: the two
 * differed, or there was none; said on stderr. To be wiped by the caller.
 */
#define SECRET_SIZE 256
struct str secret_read(const struct ctl *c, char buffer[SECRET_SIZE]);

/* A new one of 20 characters that is easily read out: groups without l, 1, o, 0. */
struct str secret_make(char buffer[SECRET_SIZE]);

#endif
