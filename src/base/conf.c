/* conf.c - the settings: every one an environment variable PALABRE_*. */
#include "base/conf.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"

struct int_setting {
	const char *name;
	size_t at; /* offset of the int64_t in struct conf */
	int64_t value, min, max;
};

static const struct int_setting ints[] = {
	{ "PALABRE_WORKERS", offsetof(struct conf, workers), 8, 1, 256 },
	{ "PALABRE_POLL_MS", offsetof(struct conf, poll_ms), 100, 10, 60000 },
	{ "PALABRE_HEARTBEAT", offsetof(struct conf, heartbeat), 15, 2, 60 },
	{ "PALABRE_STREAM_AGE", offsetof(struct conf, stream_age), 1200, 1, 86400 },
	{ "PALABRE_RING_EVENTS", offsetof(struct conf, ring_events), 16384, 16, 1000000 },
	{ "PALABRE_STREAMS_PER_USER", offsetof(struct conf, streams_per_user), 6, 1,
	  10000 },
	{ "PALABRE_STREAMS_PER_ADDRESS", offsetof(struct conf, streams_per_address), 20,
	  1, 100000 },
	{ "PALABRE_MESSAGES_PER_MINUTE", offsetof(struct conf, messages_per_minute), 100,
	  1, 100000 },
	{ "PALABRE_MESSAGES_BURST", offsetof(struct conf, messages_burst), 20, 1,
	  100000 },
	{ "PALABRE_SESSION_DAYS", offsetof(struct conf, session_days), 30, 1, 3650 },
	{ "PALABRE_MAX_JSON", offsetof(struct conf, max_json), 65536, 1024, 1048576 },
	{ "PALABRE_EVENT_DAYS", offsetof(struct conf, event_days), 30, 0, 36500 },
	{ "PALABRE_CACHE_MB", offsetof(struct conf, cache_mb), 1024, 16, 16777216 },
	{ "PALABRE_UPLOAD_BYTES", offsetof(struct conf, upload_bytes), 10485760, 1024,
	  104857600 },
	{ "PALABRE_UPLOAD_PIXELS", offsetof(struct conf, upload_pixels), 32000000, 1,
	  100000000 },
	{ "PALABRE_UPLOAD_FRAMES", offsetof(struct conf, upload_frames), 500, 1, 10000 },
	{ "PALABRE_UPLOAD_FRAME_PIXELS", offsetof(struct conf, upload_frame_pixels),
	  500000000, 1, 10000000000 },
	{ "PALABRE_UPLOAD_PENDING_MB", offsetof(struct conf, upload_pending_mb), 100, 1,
	  1048576 },
	{ "PALABRE_QUOTA_USER_MB", offsetof(struct conf, quota_user_mb), 0, 0, 16777216 },
	{ "PALABRE_QUOTA_TOTAL_MB", offsetof(struct conf, quota_total_mb), 0, 0,
	  1073741824 },
	{ "PALABRE_MESSAGE_DAYS", offsetof(struct conf, message_days), 0, 0, 36500 },
};

struct switch_setting {
	const char *name;
	size_t at; /* offset of the bool in struct conf */
	bool value;
};

static const struct switch_setting switches[] = {
	{ "PALABRE_LIMITS", offsetof(struct conf, limits), true },
	{ "PALABRE_WAKES", offsetof(struct conf, wakes), true },
	{ "PALABRE_UPLOAD_ANY", offsetof(struct conf, upload_any), false },
	{ "PALABRE_SENDFILE", offsetof(struct conf, sendfile), false },
	{ "PALABRE_DIE_WITH_PARENT", offsetof(struct conf, die_with_parent), false },
};

static const char *const registration_names[] = {
	[REGISTRATION_OPEN] = "open",
	[REGISTRATION_INVITE] = "invite",
	[REGISTRATION_CLOSED] = "closed",
};

/* The value of a variable; an empty one counts as unset. */
static const char *env(const char *name)
{
	const char *v = getenv(name);
	return v && *v ? v : NULL;
}

static bool load_int(struct conf *c, const struct int_setting *s)
{
	int64_t *out = (int64_t *)((char *)c + s->at);
	const char *v = env(s->name);

	*out = s->value;
	return !v || str_to_int(str_from(v), s->min, s->max, out);
}

static bool load_switch(struct conf *c, const struct switch_setting *s)
{
	bool *out = (bool *)((char *)c + s->at);
	const char *v = env(s->name);

	*out = s->value;
	if (!v) {
		return true;
	}
	if (strcmp(v, "on") == 0 || strcmp(v, "1") == 0) {
		*out = true;
		return true;
	}
	if (strcmp(v, "off") == 0 || strcmp(v, "0") == 0) {
		*out = false;
		return true;
	}
	return false;
}

/* "log2 N,r,p"; OWASP's first choice is 17,8,1 (FACTS: 304 ms, 128 MiB). */
static bool load_scrypt(struct conf *c)
{
	const char *v = env("PALABRE_SCRYPT");
	struct str rest = v ? str_from(v) : STR("17,8,1");

	return str_to_int(str_split(&rest, ','), 10, 20, &c->scrypt_log_n) &&
	       str_to_int(str_split(&rest, ','), 1, 16, &c->scrypt_r) &&
	       str_to_int(str_split(&rest, ','), 1, 16, &c->scrypt_p) && !rest.ptr;
}

static bool load_registration(struct conf *c)
{
	const char *v = env("PALABRE_REGISTRATION");
	size_t n = sizeof registration_names / sizeof *registration_names;

	c->registration = REGISTRATION_OPEN;
	for (size_t i = 0; v && i < n; i++) {
		if (strcmp(v, registration_names[i]) == 0) {
			c->registration = (enum registration_mode)i;
			return true;
		}
	}
	return !v;
}

static bool load_log_level(struct conf *c)
{
	c->log_level = env("PALABRE_LOG_LEVEL");
	return !c->log_level || log_level_parse(c->log_level) != LOG_INFO ||
	       strcmp(c->log_level, "info") == 0;
}

const char *conf_load(struct conf *c)
{
	*c = (struct conf){ 0 };
	for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
		if (!load_int(c, &ints[i])) {
			return ints[i].name;
		}
	}
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
		if (!load_switch(c, &switches[i])) {
			return switches[i].name;
		}
	}
	if (!load_scrypt(c)) {
		return "PALABRE_SCRYPT";
	}
	if (!load_registration(c)) {
		return "PALABRE_REGISTRATION";
	}
	if (!load_log_level(c)) {
		return "PALABRE_LOG_LEVEL";
	}
	c->db_cnf = env("PALABRE_DB_CNF");
	c->run_dir = env("PALABRE_RUN") ? env("PALABRE_RUN") : "/tmp";
	c->cache_dir = env("PALABRE_CACHE");
	c->htdocs = env("PALABRE_HTDOCS");
	c->thumb_program = env("PALABRE_THUMB");
	c->invite_code = env("PALABRE_INVITE_CODE");
	return NULL;
}
