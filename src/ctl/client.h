/* client.h - MariaDB's own programs, run as children. */
#ifndef PALABRE_CTL_CLIENT_H
#define PALABRE_CTL_CLIENT_H

#include <sys/types.h>

#include "ctl/ctl.h"

enum client_kind {
	CLIENT_DUMP,  /* mariadb-dump: we read what it writes */
	CLIENT_SHELL, /* mariadb: we write what it reads */
};

struct client {
	pid_t pid;
	int fd; /* our end of the pipe */
};

/*
 * Starts one on the database that the settings name. Passwords go by an option file that
 * only the child can read, never by its arguments. False: said on stderr.
 */
bool client_start(struct ctl *c, enum client_kind kind, struct client *out);

/* Closes the pipe and waits. False where it did not end well; it has said why itself. */
bool client_finish(struct client *client);

#endif
