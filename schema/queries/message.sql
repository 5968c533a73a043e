-- Messages: sending, paging, changing.

-- shape message (room:I, seq:I, user:I, client_id:B, body:T, reply_to:I, created_at:I,
--	edited_at:I, deleted:I, reacted:I, attached:I)

-- The whole of "may this one send here, and what is the seq": locks the room's row, then the
-- member's. No row changes where the answer is no, or where the other one of a direct room
-- has left it.
-- message_room (room:I, user:I)
UPDATE room r STRAIGHT_JOIN member m ON m.room = r.id AND m.user = :user
SET r.last_message = r.last_seq + 1, r.messages = r.messages + 1,
    r.last_seq = LAST_INSERT_ID(r.last_seq + 1), m.sent = m.sent + 1
WHERE r.id = :room AND r.gone = 0 AND r.kind <> 3 AND (r.kind <> 2 OR r.members = 2);

-- message_insert (room:I, seq:I, user:I, client_id:B, digest:B, body:T, reply_to:I, attached:I, now:I)
INSERT INTO message (room, seq, user, client_id, digest, body, reply_to, attached,
                     created_at)
VALUES (:room, :seq, :user, :client_id, :digest, :body, :reply_to, :attached, :now);

-- message_sent (user:I, client_id:B) -> (room:I, seq:I, digest:B)
SELECT room, seq, digest FROM message WHERE user = :user AND client_id = :client_id;

-- message_get (room:I, seq:I) -> message
SELECT room, seq, user, client_id, body, reply_to, created_at, edited_at, deleted, reacted,
       attached
FROM message WHERE room = :room AND seq = :seq;

-- message_before (user:I, room:I, before:I, limit:I) -> message
SELECT m.room, m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM member me JOIN room r ON r.id = me.room AND r.gone = 0
JOIN message m ON m.room = me.room AND m.seq < :before
WHERE me.user = :user AND me.room = :room ORDER BY m.seq DESC LIMIT :limit;

-- message_before_claim (claim:B, touch:I, spare:I, room:I, before:I, limit:I) -> message
SELECT m.room, m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM session s JOIN user u ON u.id = s.user
JOIN member me ON me.user = s.user AND me.room = :room
JOIN room r ON r.id = me.room AND r.gone = 0
JOIN message m ON m.room = me.room AND m.seq < :before
WHERE s.token = :claim AND u.disabled = 0
  AND LEAST(s.expires_at, s.last_seen + :touch, u.online_until - :spare)
      > UNIX_TIMESTAMP(NOW(3)) * 1000
ORDER BY m.seq DESC LIMIT :limit;

-- Whether a page of the newest is as it was (chat/page_cache.h); no row where the room is
-- empty.
-- message_state_claim (claim:B, touch:I, spare:I, room:I) -> (epoch:T, last_seq:I, oldest:I)
SELECT e.value, r.last_seq, m.seq
FROM session s JOIN user u ON u.id = s.user
JOIN member me ON me.user = s.user AND me.room = :room
JOIN room r ON r.id = me.room AND r.gone = 0
JOIN meta e ON e.name = 'epoch'
JOIN message m ON m.room = me.room
WHERE s.token = :claim AND u.disabled = 0
  AND LEAST(s.expires_at, s.last_seen + :touch, u.online_until - :spare)
      > UNIX_TIMESTAMP(NOW(3)) * 1000
ORDER BY m.seq LIMIT 1;

-- message_after (user:I, room:I, after:I, limit:I) -> message
SELECT m.room, m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM member me JOIN room r ON r.id = me.room AND r.gone = 0
JOIN message m ON m.room = me.room AND m.seq > :after
WHERE me.user = :user AND me.room = :room ORDER BY m.seq LIMIT :limit;

-- message_edit (room:I, seq:I, body:T, now:I)
UPDATE message SET body = :body, edited_at = :now WHERE room = :room AND seq = :seq;

-- message_delete (room:I, seq:I)
UPDATE message SET body = '', deleted = 1, reacted = 0, attached = 0
WHERE room = :room AND seq = :seq;

-- A deleted message is unread to nobody.
-- message_forget_unread (room:I, seq:I, author:I)
UPDATE member SET unread_base = unread_base + 1
WHERE room = :room AND user <> :author AND last_read < :seq;
