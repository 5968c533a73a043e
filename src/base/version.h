/* version.h - which Palabre this is. */
#ifndef PALABRE_BASE_VERSION_H
#define PALABRE_BASE_VERSION_H

#define PALABRE_VERSION "0.1.0"

#endif
