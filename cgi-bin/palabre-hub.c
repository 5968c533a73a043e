/* palabre-hub.c - the stream hub: pushes the log to browsers, one process per host. */
#include <stdio.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "http/gateway.h"
#include "http/prefork.h"
#include "hub/hub.h"

static void write_pid(const char *run_dir)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/hub.pid", run_dir);
	f = fopen(path, "w");
	if (!f || fprintf(f, "%d\n", (int)getpid()) < 0) {
		log_warn("no_pid_file", "path", path, NULL);
	}
	if (f) {
		fclose(f);
	}
}

int main(void)
{
	struct conf conf;
	const char *wrong = conf_load(&conf);

	log_init("palabre-hub", log_level_parse(conf.log_level));
	if (wrong) {
		log_error("bad_setting", "name", wrong, NULL);
		return 2;
	}
	if (!gateway_is_fastcgi()) {
		fprintf(stderr,
			"palabre-hub %s: a FastCGI program, started by a web server.\n",
			PALABRE_VERSION);
		return 2;
	}
	if (conf.die_with_parent) {
		prefork_die_with_parent();
	}
	write_pid(conf.run_dir);
	log_info("start", "version", PALABRE_VERSION, NULL);
	hub_run(&conf);
	/* No exit handlers: the threads are still at work. */
	_exit(0);
}
