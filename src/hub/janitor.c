/* janitor.c - lets old rows go, a little at a time, so that nobody waits for it. */
#include "hub/janitor.h"

#include <pthread.h>
#include <time.h>

#include "base/die.h"
#include "base/rand.h"
#include "chat/retention.h"

/* Between rounds; several hosts do not run theirs together. */
#define ROUND_SECONDS 600
#define JITTER_SECONDS 120
/* Between batches: senders have the database to themselves most of the time. */
#define PAUSE_MS 200
#define DB_TIMEOUT_S 10

static void pause_ms(int64_t ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000L }, NULL);
}

static void one_round(struct db *db, const struct conf *conf)
{
	for (int kind = 0; kind < RETENTION_KINDS; kind++) {
		int64_t removed = 0;
		do {
			pause_ms(PAUSE_MS);
		} while (retention_step(db, conf, (enum retention_kind)kind, &removed) ==
				 OK &&
			 removed > 0);
	}
}

static void *run(void *arg)
{
	const struct conf *conf = arg;
	struct db_options options = { .cnf = conf->db_cnf, .timeout_s = DB_TIMEOUT_S };

	db_thread_start();
	struct db *db = db_create(NULL, &options);
	for (;;) {
		pause_ms((int64_t)rand_below(JITTER_SECONDS) * 1000);
		one_round(db, conf);
		db_close(db);
		pause_ms(ROUND_SECONDS * 1000);
	}
	return NULL;
}

void janitor_start(const struct conf *conf)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, (void *)(uintptr_t)conf)) {
		die("can't start the janitor's thread");
	}
	pthread_detach(thread);
}
