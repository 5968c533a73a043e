/* conf.h - the settings: every one an environment variable PALABRE_*. */
#ifndef PALABRE_BASE_CONF_H
#define PALABRE_BASE_CONF_H

#include <stdbool.h>
#include <stdint.h>

enum registration_mode {
	REGISTRATION_OPEN,   /* anybody */
	REGISTRATION_INVITE, /* whoever has the code */
	REGISTRATION_CLOSED, /* the admin makes accounts */
};

/* Read once at the start; strings live as long as the environment. */
struct conf {
	const char *db_cnf;  /* MySQL option file, NULL = the client library's defaults */
	const char *run_dir; /* wake socket, pid, hashing slots */
	int64_t workers;     /* API worker processes */
	bool limits;         /* rate limits and stream caps */
	bool wakes;          /* workers wake the hub; off for tests */
	int64_t scrypt_log_n, scrypt_r, scrypt_p;
	int64_t poll_ms;    /* the hub reads the log at least so often */
	int64_t heartbeat;  /* seconds between beats unless a client asks */
	int64_t stream_age; /* seconds: a stream ends after so many to twice as many */
	int64_t ring_events;
	int64_t streams_per_user;
	int64_t streams_per_address;
	int64_t messages_per_minute; /* per user */
	int64_t messages_burst;
	int64_t session_days;
	enum registration_mode registration;
	const char *invite_code;
	int64_t max_json;      /* bytes of a request body */
	int64_t event_days;    /* age at which events leave the log; 0 keeps them */
	int64_t message_days;  /* age at which messages are deleted; 0 keeps them */
	const char *cache_dir; /* files as they are served; NULL: "cache" in run_dir */
	int64_t cache_mb;      /* MiB that it may hold, about */
	bool sendfile;         /* the web server takes files by X-Sendfile */
	int64_t upload_bytes;  /* of one upload */
	bool upload_any;       /* what is no picture is taken, too, for download only */
	int64_t upload_pixels;
	int64_t upload_frames;
	int64_t upload_frame_pixels; /* canvas × frames of an animation */
	int64_t upload_pending_mb;   /* MiB of one user's files in no message */
	int64_t quota_user_mb;       /* MiB of one user's files; 0 = no limit */
	int64_t quota_total_mb;      /* MiB of all files; 0 = no limit */
	const char *thumb_program;   /* NULL: beside our own program */
	const char *htdocs;   /* what conf/publish made, for plain CGI; NULL: not ours */
	bool die_with_parent; /* for children of a web server that may be killed -9 */
	const char *log_level;
};

/*
 * Fills c from the environment. Returns NULL, or the name of the first variable whose
 * value can't be used (a typo must not silently become a default).
 */
const char *conf_load(struct conf *c);

#endif
