/* slot.h - at most so many hashings at once on a host, whatever the number of workers. */
#ifndef PALABRE_AUTH_SLOT_H
#define PALABRE_AUTH_SLOT_H

#include "base/result.h"

#define SLOT_HASHING 2 /* hashings at once: each takes 128 MiB and a core */
#define SLOT_WAITING 2 /* workers that may wait for one; the next is sent away */
#define SLOT_WAIT_MS 3000

/*
 * Takes one of the slots: a locked file in dir, which the kernel unlocks even after
 * kill -9. E_UNAVAILABLE at once where the queue is full, after SLOT_WAIT_MS where no
 * slot came free, and where dir can't be used. *slot is for slot_release().
 */
enum result slot_take(const char *dir, int *slot);

void slot_release(int slot);

#endif
