-- Pictures: stored, attached to messages, read back, removed.

-- shape attachment (room:I?, seq:I?, token:B, name:T, type:I, size:I, width:I, height:I,
--	animated:I)

-- shape media_old (id:I)

-- role is the caller's in its room, NULL where there is none.
-- shape media (id:I, user:I, room:I?, name:T, type:I, size:I, thumb:I, role:I?)

-- media_insert (token:B, user:I, name:T, type:I, size:I, width:I, height:I, animated:I, thumb:I, now:I)
INSERT INTO attachment (token, user, name, type, size, width, height, animated, thumb,
                        created_at)
VALUES (:token, :user, :name, :type, :size, :width, :height, :animated, :thumb, :now);

-- media_chunk_insert (attachment:I, kind:I, n:I, data:B)
INSERT INTO attachment_chunk (attachment, kind, n, data)
VALUES (:attachment, :kind, :n, :data);

-- media_chunk (attachment:I, kind:I, n:I) -> (data:B)
SELECT data FROM attachment_chunk WHERE attachment = :attachment AND kind = :kind AND n = :n;

-- One upload of somebody at a time is counted.
-- media_lock_owner (user:I) -> (id:I)
SELECT id FROM user WHERE id = :user FOR UPDATE;

-- media_owned (user:I) -> (waiting:I, kept:I)
SELECT CAST(COALESCE(SUM(IF(state = 0, size, 0)), 0) AS SIGNED),
       CAST(COALESCE(SUM(size), 0) AS SIGNED)
FROM attachment WHERE user = :user AND state < 2;

-- media_total () -> (size:I) slow-ok
SELECT CAST(COALESCE(SUM(size), 0) AS SIGNED) FROM attachment;

-- media_find (token:B, user:I) -> media
SELECT a.id, a.user, a.room, a.name, a.type, a.size, a.thumb,
       (SELECT m.role FROM member m JOIN room r ON r.id = m.room AND r.gone = 0
        WHERE m.user = :user AND m.room = a.room)
FROM attachment a WHERE a.token = :token AND a.state < 2;

-- media_claim (claim:B, touch:I, spare:I, token:B) -> media
SELECT a.id, a.user, a.room, a.name, a.type, a.size, a.thumb, me.role
FROM session s JOIN user u ON u.id = s.user
JOIN attachment a ON a.token = :token AND a.state < 2
LEFT JOIN (member me JOIN room r ON r.id = me.room AND r.gone = 0)
    ON me.user = s.user AND me.room = a.room
WHERE s.token = :claim AND u.disabled = 0
  AND LEAST(s.expires_at, s.last_seen + :touch, u.online_until - :spare)
      > UNIX_TIMESTAMP(NOW(3)) * 1000
  AND (me.role IS NOT NULL OR (a.room IS NULL AND a.user = s.user));

-- media_attach (token:B, user:I, room:I, seq:I, position:I)
UPDATE attachment SET state = 1, room = :room, seq = :seq, position = :position
WHERE token = :token AND user = :user AND state = 0;

-- Of many messages at once. keys: a JSON array of [room, seq].
-- media_list (keys:T) -> attachment
SELECT a.room, a.seq, a.token, a.name, a.type, a.size, a.width, a.height, a.animated
FROM JSON_TABLE(:keys, '$[*]' COLUMNS (room BIGINT PATH '$[0]', seq BIGINT PATH '$[1]')) j
STRAIGHT_JOIN attachment a FORCE INDEX (message) ON a.room = j.room AND a.seq = j.seq
WHERE a.state = 1
ORDER BY a.room, a.seq, a.position;

-- media_release (room:I, seq:I)
UPDATE attachment SET state = 2 WHERE room = :room AND seq = :seq;

-- media_release_upto (room:I, upto:I)
UPDATE attachment SET state = 2 WHERE room = :room AND seq <= :upto AND state = 1;

-- media_release_room (room:I)
UPDATE attachment SET state = 2 WHERE room = :room;

-- What no message holds any more, and what none came for.
-- media_released (limit:I) -> media_old
SELECT id FROM attachment WHERE state = 2 ORDER BY created_at LIMIT :limit FOR UPDATE;

-- media_orphans (before:I, limit:I) -> media_old
SELECT id FROM attachment WHERE state = 0 AND created_at < :before
ORDER BY created_at LIMIT :limit FOR UPDATE;

-- media_delete (id:I)
DELETE FROM attachment WHERE id = :id;

-- media_delete_chunks (attachment:I)
DELETE FROM attachment_chunk WHERE attachment = :attachment;

-- media_stats () -> (files:I, bytes:I, waiting:I, waiting_bytes:I, released:I, thumbs:I, thumb_bytes:I, owners:I) slow-ok
SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS SIGNED),
       CAST(COALESCE(SUM(state = 0), 0) AS SIGNED),
       CAST(COALESCE(SUM(IF(state = 0, size, 0)), 0) AS SIGNED),
       CAST(COALESCE(SUM(state = 2), 0) AS SIGNED),
       CAST(COALESCE(SUM(thumb > 0), 0) AS SIGNED),
       CAST(COALESCE(SUM(thumb), 0) AS SIGNED), COUNT(DISTINCT user)
FROM attachment;

-- media_after (after:I, limit:I) -> (id:I, token:B, type:I, size:I, thumb:I)
SELECT id, token, type, size, thumb FROM attachment
WHERE id > :after ORDER BY id LIMIT :limit;

-- Pieces of what is not there.
-- media_strays () -> (count:I) slow-ok
SELECT COUNT(*) FROM attachment_chunk c LEFT JOIN attachment a ON a.id = c.attachment
WHERE a.id IS NULL;

-- media_exists (token:B) -> (id:I)
SELECT id FROM attachment WHERE token = :token AND state < 2;
