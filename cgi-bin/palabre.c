/* palabre.c - the API: FastCGI workers on a socket, or one plain CGI request. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "api/app.h"
#include "api/dispatch.h"
#include "api/routes.h"
#include "base/conf.h"
#include "base/log.h"
#include "db/db.h"
#include "http/gateway.h"
#include "http/prefork.h"
#include "http/site.h"
#include "notify/wake.h"

/* A request must be answered within 3 s, a database that hangs included (THREATS 30). */
#define DB_TIMEOUT_S 2

/* A worker keeps so much of what it used at most. */
#define KEPT_BYTES (8 << 20)

static void answer(void *arg, struct request *request, struct reply *reply)
{
	const struct app *app = arg;

	if (!site_serve(app->conf->htdocs, request, reply)) {
		api_serve(app, request, reply);
	}
}

static void app_init(struct app *app, const struct conf *conf, void *mem)
{
	struct db_options options = { .cnf = conf->db_cnf, .timeout_s = DB_TIMEOUT_S };

	*app = (struct app){
		.conf = conf,
		.db = db_create(mem, &options),
		.rooms = room_cache_create(mem),
		.pages = page_cache_create(mem),
		.wake_fd = wake_sender(conf->run_dir),
	};
}

static void worker(void *arg)
{
	/* The pieces of an upload come from memory used before: new pages from the kernel
	 * for each were a quarter of the work. */
	mallopt(M_MMAP_THRESHOLD, KEPT_BYTES / 2);
	mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	void *mem = talloc_new(NULL);
	struct app app;

	app_init(&app, arg, mem);
	gateway_fcgi_serve(answer, &app);
	talloc_free(mem);
}

static int serve_cgi(const struct conf *conf)
{
	void *mem = talloc_new(NULL);
	struct app app;

	app_init(&app, conf, mem);
	bool served = gateway_cgi_serve(answer, &app);
	talloc_free(mem);
	if (!served) {
		fprintf(stderr,
			"palabre %s: a FastCGI and CGI program, started by a web "
			"server.\n"
			"--routes prints what it answers to. See palabrectl(1).\n",
			PALABRE_VERSION);
		return 2;
	}
	return 0;
}

static int print_routes(void)
{
	void *mem = talloc_new(NULL);
	struct buf out;

	buf_init(&out, mem, 65536);
	api_routes_print(&out);
	fputs(out.ptr, stdout);
	talloc_free(mem);
	return 0;
}

int main(int argc, char **argv)
{
	struct conf conf;

	/* A CGI request's query may arrive as arguments (RFC 3875 §4.4): never read them.
	 */
	if (argc == 2 && !getenv("GATEWAY_INTERFACE") &&
	    strcmp(argv[1], "--routes") == 0) {
		return print_routes();
	}
	const char *wrong = conf_load(&conf);
	log_init("palabre", log_level_parse(conf.log_level));
	if (wrong) {
		log_error("bad_setting", "name", wrong, NULL);
		return 2;
	}
	if (!gateway_is_fastcgi()) {
		return serve_cgi(&conf);
	}
	if (conf.die_with_parent) {
		prefork_die_with_parent();
	}
	log_info("start", "version", PALABRE_VERSION, NULL);
	prefork_run((int)conf.workers, worker, &conf);
	log_info("stop", NULL);
	return 0;
}
