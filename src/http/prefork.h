/* prefork.h - a few equal children on one listening socket. */
#ifndef PALABRE_HTTP_PREFORK_H
#define PALABRE_HTTP_PREFORK_H

/*
 * Forks count children; each runs child(arg) and exits. One that dies is replaced.
 * Returns in the parent after SIGTERM or SIGINT, with all children ended.
 */
void prefork_run(int count, void (*child)(void *arg), void *arg);

/* Asks the kernel to send us SIGTERM when our parent dies, however it dies. */
void prefork_die_with_parent(void);

#endif
