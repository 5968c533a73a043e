/* janitor.h - the thread that lets old rows go, a little at a time. */
#ifndef PALABRE_HUB_JANITOR_H
#define PALABRE_HUB_JANITOR_H

#include "base/conf.h"

void janitor_start(const struct conf *conf);

#endif
