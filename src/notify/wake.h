/* wake.h - the hint, worker to hub, that the log has grown.
 *
 * It may be lost: the hub reads the log by itself at the latest every poll interval. */
#ifndef PALABRE_NOTIFY_WAKE_H
#define PALABRE_NOTIFY_WAKE_H

/* A sending end for the socket in run_dir, or -1. Non-blocking; needs no hub there. */
int wake_sender(const char *run_dir);

/* One datagram. Whatever goes wrong is ignored: a wake is only a hint. */
void wake_send(int fd, const char *run_dir);

/* The hub's end: binds the socket in run_dir anew (mode 0660); dies where it can't. */
int wake_receiver(const char *run_dir);

/* Reads away all pending wakes. */
void wake_drain(int fd);

#endif
