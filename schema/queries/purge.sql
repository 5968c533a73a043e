-- What has had its time, removed in small batches (chat/retention.h).

-- purge_clock () -> (now:I, purged:I)
SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED), purged FROM log_mark WHERE id = 1;

-- purge_old_events (before:I, limit:I) -> (id:I?)
SELECT MAX(id) FROM (SELECT id FROM event WHERE created_at < :before
                     ORDER BY created_at LIMIT :limit) old;

-- Raised before the rows go, so that no reader takes their absence for silence.
-- purge_mark (upto:I)
UPDATE log_mark SET purged = :upto WHERE id = 1 AND purged < :upto;

-- purge_events (upto:I, limit:I)
DELETE FROM event WHERE id <= :upto ORDER BY id LIMIT :limit;

-- Rooms whose oldest message is too old.
-- purge_rooms (before:I, limit:I) -> (id:I) slow-ok
SELECT r.id FROM room r
WHERE r.kind < 3 AND (SELECT m.created_at FROM message m WHERE m.room = r.id
                      ORDER BY m.seq LIMIT 1) < :before
LIMIT :limit;

-- purge_lock_room (id:I) -> (id:I)
SELECT id FROM room WHERE id = :id FOR UPDATE;

-- purge_message_end (room:I, before:I, limit:I) -> (seq:I?)
SELECT MAX(seq) FROM (SELECT seq, created_at FROM message WHERE room = :room
                      ORDER BY seq LIMIT :limit) oldest
WHERE created_at < :before;

-- What goes unread is not unread any more.
-- purge_unread (room:I, upto:I)
UPDATE member m SET m.unread_base = m.unread_base +
       (SELECT COUNT(*) FROM message x WHERE x.room = m.room AND x.seq > m.last_read
        AND x.seq <= :upto AND x.user <> m.user AND x.deleted = 0)
WHERE m.room = :room AND m.last_read < :upto;

-- purge_reactions (room:I, upto:I)
DELETE FROM reaction WHERE room = :room AND seq <= :upto;

-- purge_mentions (room:I, upto:I)
DELETE FROM mention WHERE room = :room AND seq <= :upto;

-- purge_messages (room:I, upto:I)
DELETE FROM message WHERE room = :room AND seq <= :upto;

-- Where the newest has gone, there is none. The room is locked.
-- purge_newest (room:I, upto:I)
UPDATE room SET last_message = 0 WHERE id = :room AND last_message <= :upto;
