/* reply.h - what is sent back: status, headers, body; and the one shape of errors. */
#ifndef PALABRE_HTTP_REPLY_H
#define PALABRE_HTTP_REPLY_H

#include "base/buf.h"
#include "base/json.h"
#include "base/result.h"
#include "base/str.h"

/* More than any reply of ours needs: 200 messages of 8,000 bytes, all of them escaped. */
#define REPLY_MAX_BYTES (16u << 20)
/* Less than a FastCGI record holds. */
#define REPLY_HEAD_MAX_BYTES 32768

struct reply {
	int status; /* HTTP status, 200 unless set */
	struct str content_type;
	struct str cache_control; /* "private, no-store" unless set */
	struct buf headers;       /* further header lines, each ending in CRLF */
	struct buf body;
	struct json json; /* writes into body */
	bool has_file;    /* a file instead of the body; the descriptor is the reply's */
	int file;
	int64_t file_at, file_len; /* the part of it that is sent */
	struct str sendfile;       /* its path, where the web server sends it for us */
};

void reply_init(struct reply *r, void *mem);

/* A header line. A value with a control character is refused (THREATS 22): false. */
bool reply_header(struct reply *r, const char *name, struct str value);

/* What is said of a failure beside its result. All constant texts; NULL where not needed.
 */
struct fault {
	const char *
		code; /* what clients branch on: "room_not_found"; NULL = by the result */
	const char *message; /* one sentence for a person; NULL = by the result */
	const char *field;   /* the field it is about */
	int64_t retry_after; /* seconds, for 429 and 503; 0 = 1 */
};

/* Throws away what the reply held, headers too, and makes it the error object of PROTOCOL
 * §1. */
void reply_error(struct reply *r, enum result result, const struct fault *fault);

/* The same with a status that no result stands for (405). */
void reply_error_status(struct reply *r, int status, const struct fault *fault);

/* Makes a part of an open file the reply. */
void reply_file(struct reply *r, int fd, int64_t at, int64_t len);

/* Up to len bytes of the file's part that is still to send; 0 at its end. */
size_t reply_file_read(struct reply *r, char *out, size_t len);

/* Closes the file, if there is one. */
void reply_finish(struct reply *r);

/* The whole head: "Status: 200 OK\r\n" … "\r\n" (RFC 3875 §6.3) into out. */
void reply_head(const struct reply *r, struct buf *out);

#endif
