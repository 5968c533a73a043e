-- Searching, newest first, in the rooms that somebody is in. room and from: 0 = any.

-- How much there is: in those rooms, and in all (counted up to enough; about, however much).
-- search_scope (user:I, room:I, enough:I) -> (mine:I, all:I, about:I, min_token:I) slow-ok
SELECT (SELECT CAST(COALESCE(SUM(r.messages), 0) AS SIGNED)
        FROM member me JOIN room r ON r.id = me.room AND r.gone = 0
        WHERE me.user = :user AND (:room = 0 OR me.room = :room)),
       (SELECT COUNT(*) FROM (SELECT 1 FROM message LIMIT :enough) x),
       (SELECT CAST(table_rows AS SIGNED) FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name = 'message'),
       @@innodb_ft_min_token_size;

-- By the full-text index.
-- search_index (user:I, room:I, from:I, before:I, words:T, limit:I) -> message
SELECT m.room, m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM message m JOIN member me ON me.room = m.room AND me.user = :user
JOIN room r ON r.id = me.room AND r.gone = 0
WHERE MATCH (m.body) AGAINST (:words IN BOOLEAN MODE) AND m.created_at < :before
  AND (:room = 0 OR m.room = :room) AND (:from = 0 OR m.user = :from) AND m.deleted = 0
ORDER BY m.created_at DESC, m.room DESC, m.seq DESC LIMIT :limit;

-- By reading the newest of all messages: fast for words that stand in many.
-- search_recent (user:I, room:I, from:I, before:I, pattern:T, window:I, limit:I) -> message slow-ok
SELECT STRAIGHT_JOIN m.room, m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at,
       m.edited_at, m.deleted, m.reacted, m.attached
FROM (SELECT room, seq FROM message WHERE created_at < :before
      ORDER BY created_at DESC LIMIT :window) x
JOIN member me ON me.user = :user AND me.room = x.room
JOIN room r ON r.id = me.room AND r.gone = 0
JOIN message m ON m.room = x.room AND m.seq = x.seq
WHERE (:room = 0 OR m.room = :room) AND (:from = 0 OR m.user = :from)
  AND m.body LIKE :pattern ESCAPE '!' AND m.deleted = 0
ORDER BY m.created_at DESC, m.room DESC, m.seq DESC LIMIT :limit;

-- By reading all that stands in those rooms: for people who are in small ones only.
-- search_rooms (user:I, room:I, from:I, before:I, pattern:T, limit:I) -> message
SELECT STRAIGHT_JOIN m.room, m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at,
       m.edited_at, m.deleted, m.reacted, m.attached
FROM member me JOIN room r ON r.id = me.room AND r.gone = 0
JOIN message m ON m.room = me.room
WHERE me.user = :user AND (:room = 0 OR me.room = :room) AND (:from = 0 OR m.user = :from)
  AND m.created_at < :before AND m.body LIKE :pattern ESCAPE '!' AND m.deleted = 0
ORDER BY m.created_at DESC, m.room DESC, m.seq DESC LIMIT :limit;
