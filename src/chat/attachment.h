/* attachment.h - files of messages: kept in the database, seen by the members of a room.
 */
#ifndef PALABRE_CHAT_ATTACHMENT_H
#define PALABRE_CHAT_ATTACHMENT_H

#include "chat/message.h"
#include "queries.h"

/* Bytes of one row of attachment_chunk. */
#define ATTACHMENT_CHUNK (512u << 10)

#define ATTACHMENT_TOKEN 22

enum attachment_kind {
	ATTACHMENT_FILE = 0,
	ATTACHMENT_THUMB = 1,
};

/* What is to be kept: facts in row (but its token), bytes from the descriptor. */
struct attachment_new {
	struct row_attachment row;
	int fd;
	struct str thumb; /* STR_NONE = none */
};

/* May the caller upload anything at all? E_BUSY quota_reached, E_FULL storage_full. */
enum result attachment_may_store(struct chat *c);

/* Keeps it, unattached, and draws its token. Errors as above; nothing is left then. */
enum result attachment_store(struct chat *c, struct attachment_new *new);

/* One that the caller may read now; E_AUTH where a claim does not do. E_NOT_FOUND
 * file_not_found, E_FORBIDDEN not_a_member as for everything else of a room. */
enum result attachment_find(struct chat *c, struct str token, struct row_media **found);

/* Writes one's bytes to a descriptor. E_NOT_FOUND where they are not (all) there. */
enum result attachment_read(struct db *db, int64_t id, enum attachment_kind kind,
			    int64_t size, int fd);

/* In the transaction of a send: E_FIELD attachment_not_found for what is not the
 * caller's, or in a message already. */
enum result attachment_attach(struct chat *c, int64_t room, int64_t seq,
			      const struct str *tokens, size_t count);

/* Fills in what messages hold; one query, none where no message has any. */
enum result attachment_fill(struct db *db, const void *mem,
			    struct message *const *messages, size_t n);

#endif
