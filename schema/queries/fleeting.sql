-- What passes and is never replayed; and presence, which it announces.

-- fleeting_add (type:I, room:I, user:I, upto:I, now:I)
INSERT INTO fleeting (type, room, user, upto, created_at)
VALUES (:type, :room, :user, :upto, :now);

-- fleeting_recent (type:I, room:I, user:I, since:I) -> (id:I)
SELECT id FROM fleeting
WHERE user = :user AND type = :type AND room = :room AND created_at > :since LIMIT 1;

-- fleeting_after (after:I, limit:I) -> (id:I, type:I, room:I, user:I, upto:I)
SELECT id, type, room, user, upto FROM fleeting WHERE id > :after ORDER BY id LIMIT :limit;

-- fleeting_newest () -> (id:I?)
SELECT MAX(id) FROM fleeting;

-- fleeting_purge (before:I)
DELETE FROM fleeting WHERE created_at < :before;

-- presence_extend (user:I, until:I, now:I)
UPDATE user SET online_until = :until, last_seen = :now
WHERE id = :user AND online_until < :until;

-- The same for many: ids is a JSON array.
-- presence_extend_all (ids:T, until:I, now:I)
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT PATH '$')) j
STRAIGHT_JOIN user u ON u.id = j.id
SET u.online_until = :until, u.last_seen = :now
WHERE u.online_until < :until;

-- presence_offline (ids:T, now:I) -> (user:I)
SELECT u.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT PATH '$')) j
STRAIGHT_JOIN user u ON u.id = j.id
WHERE u.online_until < :now;

-- presence_state (user:I) -> (state:I, last_seen:I)
SELECT IF(online_until < UNIX_TIMESTAMP(NOW(3)) * 1000, 0, 2 - away), last_seen
FROM user WHERE id = :user;

-- Whose presence ran out in a stretch of time.
-- presence_expired (after:I, upto:I) -> (user:I)
SELECT id FROM user WHERE online_until > :after AND online_until <= :upto;

-- Where presence is shown: not in large rooms, where it would be noise and cost.
-- presence_rooms (user:I, largest:I) -> (room:I)
SELECT r.id FROM member m JOIN room r ON r.id = m.room
WHERE m.user = :user AND r.kind <> 3 AND r.gone = 0 AND r.members <= :largest;
